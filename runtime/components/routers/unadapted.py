"""Unadapted: the base as it is."""

from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens


@component
def unadapted(pool: Pool, tokens: Tokens) -> Tensor:
    """No adapter at any token.

    Differs from the paper: it is of no paper.
    """
    return tokens.inputs.new_zeros((*tokens.inputs.shape[:-1], len(pool.members)))
