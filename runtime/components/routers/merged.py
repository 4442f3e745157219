"""Merged: the average of all adapters, everywhere."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens, for_every_token


@component
def merged(pool: Pool, tokens: Tokens) -> Tensor:
    """All adapters with equal weights: their updates B A are averaged.

    Muqeeth et al. 2024 (arXiv:2402.05859), section 4.2, "Merged Experts". Of a pool of one it is
    that adapter.
    Differs from the paper: nothing; the average of the products is applied, not stored.
    """
    count = len(pool.members)
    equal = torch.full((1, count), 1 / count, dtype=tokens.inputs.dtype, device=tokens.inputs.device)
    return for_every_token(equal, tokens.inputs)
