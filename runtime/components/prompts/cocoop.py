"""CoCoOp: a context that each image shifts."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import PromptLearner, Prompts, Towers, first_context


class CoCoOp(PromptLearner):
    per_image = True

    def __init__(self, towers: Towers, num_context: int, reduction: int) -> None:
        super().__init__()
        self.num_text = num_context
        self.context = first_context(towers.words, num_context)
        hidden = max(towers.features // reduction, 1)
        self.meta_net = nn.Sequential(
            nn.Linear(towers.features, hidden), nn.ReLU(), nn.Linear(hidden, towers.text_width)
        )

    def forward(self, image_features: Tensor | None) -> Prompts:
        assert image_features is not None, "prompts of their own are made from images' features"
        shift = self.meta_net(image_features)[:, None, :]
        return Prompts(text=(self.context + shift,))


@component
def cocoop(
    towers: Towers,
    *,
    num_context: Annotated[int, Field(ge=1)] = 4,
    reduction: Annotated[int, Field(ge=1)] = 16,
) -> PromptLearner:
    """Context vectors to which a small network adds the same vector, made from the image.

    Zhou et al. 2022, "Conditional Prompt Learning for Vision-Language Models"
    (arXiv:2203.05557), section 3.2, equation 3: v_m(x) = v_m + h(x), with h of two layers.
    Differs from the paper: nothing; image features are scaled to length 1, as in its code.

    Args:
        num_context: context tokens; those beyond the template's words start at random.
        reduction: how much narrower than the features the hidden layer is.
    """
    return CoCoOp(towers, num_context, reduction)
