"""ERM: the mean loss over all training domains."""

from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, mean_over_rows


@mean_over_rows
@component
def erm(forward: Forward, batch: Batch) -> Tensor:
    """Empirical risk minimisation.

    Vapnik 1998, "Statistical Learning Theory"; as in DomainBed (arXiv:2007.01434), the domains
    give equally many examples to every batch.
    Differs from the paper: nothing.

    Returns:
        mean cross-entropy over domains and examples, shape [], nats.
    """
    logits = forward.logits(batch.x)
    return cross_entropy(logits.flatten(0, 1), batch.y.flatten())
