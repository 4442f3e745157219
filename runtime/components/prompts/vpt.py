"""Visual prompt tuning: learnt tokens behind the patches."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import (
    PromptLearner,
    Prompts,
    Towers,
    check_depth,
    random_context,
)


class VisualPrompts(PromptLearner):
    def __init__(self, towers: Towers, num_context: int, depth: int) -> None:
        super().__init__()
        self.num_image = num_context
        self.context = random_context(depth, num_context, towers.image_width)

    def forward(self, image_features: object) -> Prompts:
        return Prompts(image=tuple(self.context))


@component
def vpt(
    towers: Towers,
    *,
    num_context: Annotated[int, Field(ge=1)] = 2,
    depth: Annotated[int, Field(ge=1)] = 9,
) -> PromptLearner:
    """Learnt tokens in the first layers of the image encoder; texts are those of the template.

    Jia et al. 2022, "Visual Prompt Tuning" (arXiv:2203.12119), section 3.2, VPT-Deep (with
    `depth: 1` VPT-Shallow), on CLIP as Khattak et al. 2023 (arXiv:2210.03117), section 3.2,
    deep vision prompting.
    Differs from the paper: no head is learnt, classes are texts.

    Args:
        num_context: tokens in a layer.
        depth: layers, from the first, that have tokens of their own.

    Raises:
        ValueError: an encoder has fewer layers than `depth`.
    """
    check_depth(depth, towers)
    return VisualPrompts(towers, num_context, depth)
