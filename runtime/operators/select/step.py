"""Keep the model of the step with the best criterion."""

import math
from typing import Annotated, Literal, NamedTuple

from heldout.runtime.artifacts import Model, Table, Trajectory
from heldout.runtime.models.classifier import classifier_along, classifier_model
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.subtype import Of


class AtStep(NamedTuple):
    model: Annotated[Model, Of("classifier")]
    choice: Annotated[Table, Metrics("step", "criterion")]


@operator(seconds=0.05)
def step(
    trajectory: Annotated[Trajectory, Of("classifier")],
    scores: Annotated[Table, Use.SELECTS],
    *,
    metric: str = "accuracy",
    direction: Literal["max", "min"] = "max",
) -> AtStep:
    """Of the weights along one training, those of the step whose criterion is largest or smallest.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434), section 4 and
    appendix D: DomainBed scores a model every 300 steps and chooses among these.
    Differs from the paper: nothing; of equal criteria the first step wins, as there.

    Args:
        trajectory: weights along one training.
        scores: of these steps, as `evaluate/trajectory` writes them; which data they were computed on makes
            this training-domain validation or the oracle. Rows with a `group` are not read.
        metric: of the table, that is the criterion. A NaN counts as no score.
        direction: whether the largest or the smallest is best.

    Returns:
        model: at that step, stored as the training stores its last.
        choice: the `step` and its `criterion`.

    Raises:
        ValueError: no step of the trajectory has a score in this metric, or it is of no classifier.
    """
    found = {
        row["step"]: row["value"]
        for row in scores.rows.to_pylist()
        if row["metric"] == metric and row.get("group") is None and not math.isnan(row["value"])
    }
    scored = [(point, found[at]) for point, at in enumerate(trajectory.steps) if at in found]
    if not scored:
        raise ValueError(f"none of the {len(trajectory)} steps has a score in {metric!r}")
    sign = 1 if direction == "max" else -1
    point, value = max(scored, key=lambda one: sign * one[1])
    module = classifier_along(trajectory)
    module.load_state_dict(trajectory.weights_at(point))
    return AtStep(classifier_model(module), Table.of({"step": trajectory.steps[point], "criterion": value}))
