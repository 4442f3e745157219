"""A learning rate that falls in a straight line."""

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share, done


@component
def linear(step: int, steps: int, *, end: Share = 0.0) -> float:
    """From the highest rate in a straight line, to reach its end after the last step.

    Devlin et al. 2019, "BERT" (arXiv:1810.04805), appendix A.2.
    Differs from the paper: nothing.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
        end: part of the highest rate at which it ends.
    """
    return 1 - (1 - end) * done(step, steps)
