"""The same learning rate all along."""

from heldout.runtime.component import component


@component
def constant(step: int, steps: int) -> float:
    """The highest rate at every step.

    Args:
        step: counted from 0 after the warm-up.
        steps: after the warm-up.
    """
    return 1.0
