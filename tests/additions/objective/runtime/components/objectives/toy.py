"""A toy: the mean risk, doubled."""

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, Update
from heldout.runtime.training.risks import domain_risks


@component
def toy(forward: Forward, batch: Batch, *, factor: float = 2.0) -> Update:
    """The mean risk times a factor.

    Args:
        factor: of the risk.
    """
    return Update(factor * domain_risks(forward.logits(batch.x), batch.y).mean())
