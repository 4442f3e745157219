"""What an objective of regression is given and what it gives back.

As an objective of a classifier, whose `Batch` it has: `y` are numbers, [num_domains, batch_size,
num_outputs], which the trainer may have standardised, and `forward.logits` what is predicted of them. It is
also supplied the loss of an example, which it takes as the last of its positional parameters, `loss`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from heldout.runtime.components.objectives.contract import SUPPLIED as TO_CLASSIFIERS
from heldout.runtime.components.objectives.contract import Update
from heldout.runtime.components.regression_losses.contract import RegressionLoss

SUPPLIED: Mapping[str, Any] = {**TO_CLASSIFIERS, "loss": RegressionLoss}

RegressionObjective = Callable[..., Tensor | Update]
