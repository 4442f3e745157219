"""Average activation: as PHATGOOSE, with means of activations in place of learned gates."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens, top_weights, vector_scores


@component
def average_activation(pool: Pool, tokens: Tokens, *, k: Annotated[int, Field(ge=1)] = 2) -> Tensor:
    """Mean inputs of each adapter's module, standardized, times standardized activations.

    Muqeeth et al. 2024 (arXiv:2402.05859), section 4.2, "Average Activation".
    Differs from the paper: nothing.

    Args:
        k: adapters a token.

    Raises:
        ValueError: the pool has no mean activations.
    """
    if tokens.module not in pool.mean_inputs:
        raise ValueError("average-activation needs a pool with activations")
    return top_weights(vector_scores(pool.mean_inputs[tokens.module], tokens.inputs), k)
