"""A learning rate that drops at some steps."""

from heldout.runtime.component import component
from heldout.runtime.components.schedules.contract import Share, done


@component
def multi_step(step: int, steps: int, *, drops: list[Share] = [0.5, 0.75], factor: Share = 0.1) -> float:  # noqa: B006 - it is read only
    """The highest rate, multiplied at each drop.

    He et al. 2016, "Deep Residual Learning" (arXiv:1512.03385), section 4.2: divided by 10 after one half
    and after three quarters of the steps.
    Differs from the paper: nothing.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
        drops: parts of the steps after which the rate drops.
        factor: by which it is multiplied at each.
    """
    passed = sum(1 for drop in drops if done(step, steps) >= drop)
    return float(factor**passed)
