"""What training an operator's model gives."""

from typing import Annotated, NamedTuple

from heldout.runtime.artifacts import Model, Table
from heldout.runtime.operator import Metrics


class Trained(NamedTuple):
    """A trained model, and the loss on the way there.

    Attributes:
        model: as it was after the last step.
        curve: a row a recorded step, with its `loss`.
    """

    model: Model
    curve: Annotated[Table, Metrics("loss")]
