"""KgCoOp: a learnt context whose texts stay near those of the template."""

from typing import Annotated

from pydantic import Field
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import PromptLearner, Prompts, Towers, first_context
from heldout.runtime.operator import loguniform


class KgCoOp(PromptLearner):
    def __init__(self, towers: Towers, num_context: int, weight: float) -> None:
        super().__init__()
        self.num_text = num_context
        self.context = first_context(towers.words, num_context)
        self.weight = weight

    def forward(self, image_features: object) -> Prompts:
        return Prompts(text=(self.context,))

    def penalty(self, text: Tensor, template: Tensor) -> Tensor:
        return self.weight * (text - template).square().sum(-1).mean()


@component
def kgcoop(
    towers: Towers,
    *,
    num_context: Annotated[int, Field(ge=1)] = 4,
    weight: Annotated[float, Field(ge=0), loguniform(0.1, 100.0)] = 8.0,
) -> PromptLearner:
    """CoOp with the squared distance between learnt and hand-written texts added to the loss.

    Yao et al. 2023, "Visual-Language Prompt Tuning with Knowledge-guided Context Optimization"
    (arXiv:2303.13283), section 3.2: the mean over classes of ||w_i - w_i^clip||^2, times 8.
    Differs from the paper: the hand-written texts are of the study's one template.

    Args:
        num_context: context tokens; those beyond the template's words start at random.
        weight: of the distance.
    """
    return KgCoOp(towers, num_context, weight)
