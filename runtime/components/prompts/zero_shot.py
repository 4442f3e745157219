"""No learnt prompt."""

from heldout.runtime.component import component
from heldout.runtime.components.prompts.contract import PromptLearner, Prompts, Towers


class ZeroShot(PromptLearner):
    """The template's own words, and nothing behind the patches."""

    def forward(self, image_features: object) -> Prompts:
        return Prompts()


@component
def zero_shot(towers: Towers) -> PromptLearner:
    """The template as it is written: nothing is learnt.

    Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"
    (arXiv:2103.00020), section 3.1.
    Differs from the paper: one template, no ensemble of several.
    """
    return ZeroShot()
