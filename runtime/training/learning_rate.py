"""The learning rate as a function of the step."""

import math
from typing import Literal

Schedule = Literal["constant", "linear", "cosine"]


def learning_rate_at(step: int, steps: int, highest: float, schedule: Schedule, warmup: float) -> float:
    """The learning rate of one step: up linearly, then along the schedule to 0 after the last step.

    Args:
        step: from 0.
        steps: of all the training.
        highest: learning rate after the warm-up.
        schedule: of the rest.
        warmup: part of the steps in which it rises; step s of n has (s + 1) / n of the highest.
    """
    rising = round(warmup * steps)
    if step < rising:
        return highest * (step + 1) / rising
    done = (step - rising) / max(steps - rising, 1)
    if schedule == "linear":
        return highest * (1 - done)
    if schedule == "cosine":
        return highest * (1 + math.cos(math.pi * done)) / 2
    return highest
