"""MaPLe: visual prompts that are linear functions of the text prompts."""

from typing import Annotated

from pydantic import Field
from torch import nn

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import (
    PromptLearner,
    Prompts,
    Towers,
    check_depth,
    first_context,
    random_context,
)


class MaPLe(PromptLearner):
    def __init__(self, towers: Towers, num_context: int, depth: int) -> None:
        super().__init__()
        self.num_text = self.num_image = num_context
        deeper = random_context(depth - 1, num_context, towers.text_width)
        self.text = nn.ParameterList([first_context(towers.words, num_context), *deeper])
        self.couplings = nn.ModuleList(nn.Linear(towers.text_width, towers.image_width) for _ in range(depth))

    def forward(self, image_features: object) -> Prompts:
        coupled = (coupling(text) for coupling, text in zip(self.couplings, self.text, strict=True))
        return Prompts(tuple(self.text), tuple(coupled))


@component
def maple(
    towers: Towers,
    *,
    num_context: Annotated[int, Field(ge=1)] = 2,
    depth: Annotated[int, Field(ge=1)] = 9,
) -> PromptLearner:
    """Deep prompts in both encoders, the visual ones made from the text ones by a linear layer each.

    Khattak et al. 2023, "MaPLe: Multi-modal Prompt Learning" (arXiv:2210.03117), section 3.2:
    text prompts P_k of the first J layers are learnt, and the visual prompts of the same layers
    are F_k(P_k), with F_k a linear layer. Both encoders' prompts then have gradients in common.
    Differs from the paper: nothing; F_k has a bias, as in its code.

    Args:
        num_context: tokens in a layer of each encoder.
        depth: J, layers, from the first, that have tokens of their own.

    Raises:
        ValueError: an encoder has fewer layers than `depth`.
    """
    check_depth(depth, towers)
    return MaPLe(towers, num_context, depth)
