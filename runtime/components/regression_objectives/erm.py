"""ERM: the mean loss over all training domains."""

from torch import Tensor

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, mean_over_rows
from heldout.runtime.components.regression_losses.contract import RegressionLoss


@mean_over_rows
@component
def erm(forward: Forward, batch: Batch, loss: RegressionLoss) -> Tensor:
    """Empirical risk minimisation.

    Vapnik 1998, "Statistical Learning Theory"; the domains give equally many examples to every batch.
    Differs from the paper: nothing.

    Returns:
        mean loss over domains and examples, shape [].
    """
    return loss(forward.logits(batch.x), batch.y).mean()
