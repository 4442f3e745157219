"""PHATGOOSE: each token of each module goes to the adapters whose gates fit it best."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens, top_weights, vector_scores


@component
def phatgoose(pool: Pool, tokens: Tokens, *, k: Annotated[int, Field(ge=1)] = 2) -> Tensor:
    """Learned gates, standardized, times standardized activations; softmax over the top k.

    Muqeeth et al. 2024, "Learning to Route Among Specialized Experts for Zero-Shot Generalization"
    (arXiv:2402.05859), section 3.1: with n features, w = softmax over the top k of
    v_e . u / sqrt(n), both standardized over their dimension.
    Differs from the paper: nothing.

    Args:
        k: adapters a token.

    Raises:
        ValueError: the pool has no gates.
    """
    if tokens.module not in pool.gates:
        raise ValueError("phatgoose needs a pool with gates")
    return top_weights(vector_scores(pool.gates[tokens.module], tokens.inputs), k)
