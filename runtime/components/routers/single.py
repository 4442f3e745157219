"""Single: one adapter of the pool, everywhere."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.routers.contract import Pool, Tokens, for_every_token


@component
def single(pool: Pool, tokens: Tokens, *, member: str) -> Tensor:
    """The adapter of one task. The best of them on a test is the paper's oracle.

    Muqeeth et al. 2024 (arXiv:2402.05859), section 4.2, "Best Individual".
    Differs from the paper: nothing.

    Args:
        member: the task that the adapter was trained on.

    Raises:
        ValueError: the pool has no such member.
    """
    if member not in pool.members:
        raise ValueError(f"the pool has no member {member!r}; it has {', '.join(pool.members)}")
    chosen = torch.zeros(1, len(pool.members), dtype=tokens.inputs.dtype, device=tokens.inputs.device)
    chosen[0, pool.members.index(member)] = 1
    return for_every_token(chosen, tokens.inputs)
