"""Score predictions that were kept."""

from typing import Annotated

from heldout.runtime.artifacts import Predictions, Table
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.scoring.scores import scores
from heldout.runtime.subtype import Of


@operator(seconds=0.01)
def predictions(
    predictions: Annotated[Predictions, Use.EVALUATES, Of("logits")],
) -> Annotated[
    Table,
    Metrics("accuracy", "worst_group_accuracy", "mean_group_accuracy", "calibration_error", "nll"),
]:
    """The table of `evaluate/classification`, from per-example predictions alone.

    Args:
        predictions: id, label, domain and logits of every example, of this project or another.

    Raises:
        ValueError: there are no examples, a label has no logit, or a logit is not finite.
    """
    return Table.of(scores(predictions))
