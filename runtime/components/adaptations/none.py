"""No adaptation: the classifier as it was trained."""

import torch
from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.adaptations.contract import State, Step
from heldout.runtime.models.classifier import Classifier


@component
def none(classifier: Classifier, x: Tensor, state: State) -> Step:
    """The source model's own logits, the baseline of every adaptation.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434): what
    domain generalization reports.
    Differs from the paper: nothing.
    """
    with torch.no_grad():
        return Step(classifier(x), state)
