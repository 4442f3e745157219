"""CoOp: a learnt context before the class name."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import PromptLearner, Prompts, Towers, first_context


class CoOp(PromptLearner):
    def __init__(self, towers: Towers, num_context: int) -> None:
        super().__init__()
        self.num_text = num_context
        self.context = first_context(towers.words, num_context)

    def forward(self, image_features: object) -> Prompts:
        return Prompts(text=(self.context,))


@component
def coop(towers: Towers, *, num_context: Annotated[int, Field(ge=1)] = 4) -> PromptLearner:
    """Context vectors before the class name, the same for all classes.

    Zhou et al. 2022, "Learning to Prompt for Vision-Language Models" (arXiv:2109.01134),
    section 3.2, unified context.
    Differs from the paper: the context starts from the template's words, as where CoCoOp's paper
    (arXiv:2203.05557, section 4) compares with it; the class name comes last.

    Args:
        num_context: context tokens; those beyond the template's words start at random.
    """
    return CoOp(towers, num_context)
