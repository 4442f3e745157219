import math

from torch import zeros

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.toy import toy


class Undecided:
    """A network that gives two classes the same logit."""

    def logits(self, x):
        return zeros(*x.shape[:2], 2)


def test_twice_the_logarithm_of_two():
    batch = Batch(zeros(1, 3, 4), zeros(1, 3).long())
    assert math.isclose(toy(Undecided(), batch).loss.item(), 2 * math.log(2), rel_tol=1e-6)
