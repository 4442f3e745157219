"""Prompts in both encoders that know nothing of each other."""

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


class IndependentPrompts(PromptLearner):
    def __init__(self, towers: Towers, num_context: int, depth: int) -> None:
        super().__init__()
        self.num_text = self.num_image = num_context
        deeper = random_context(depth - 1, num_context, towers.text_width)
        self.text = nn.ParameterList([first_context(towers.words, num_context), *deeper])
        self.image = random_context(depth, num_context, towers.image_width)

    def forward(self, image_features: object) -> Prompts:
        return Prompts(tuple(self.text), tuple(self.image))


@component
def independent(
    towers: Towers,
    *,
    num_context: Annotated[int, Field(ge=1)] = 2,
    depth: Annotated[int, Field(ge=1)] = 9,
) -> PromptLearner:
    """Deep prompts in both encoders, each learnt for itself.

    Khattak et al. 2023, "MaPLe: Multi-modal Prompt Learning" (arXiv:2210.03117), section 4,
    independent V-L prompting: the ablation without coupling.
    Differs from the paper: nothing.

    Args:
        num_context: tokens in a layer of each encoder.
        depth: layers, from the first, that have tokens of their own.

    Raises:
        ValueError: an encoder has fewer layers than `depth`.
    """
    check_depth(depth, towers)
    return IndependentPrompts(towers, num_context, depth)
