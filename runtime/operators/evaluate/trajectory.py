"""Score a classifier along its training."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Table, Trajectory
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import classifier_along
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.scoring.predict import predict
from heldout.runtime.scoring.scores import accuracy, checked, group_accuracies, nll
from heldout.runtime.subtype import NETWORK_INPUTS, Of


@operator(seconds=0.2)
def trajectory(
    trajectory: Annotated[Trajectory, Use.EVALUATES, Of("classifier")],
    data: Annotated[Dataset, Use.EVALUATES, NETWORK_INPUTS],
    *,
    resources: Resources = NONE_ASKED,
    batch_size: Annotated[int, Field(ge=1)] = 4096,
) -> Annotated[Table, Metrics("accuracy", "worst_group_accuracy", "mean_group_accuracy", "nll")]:
    """The accuracy and likelihood of a classifier at every step at which its weights were kept.

    Args:
        trajectory: weights along one training run.
        data: labelled examples; where they have a column `domain`, each domain is scored too.
        batch_size: examples at a time.

    Returns:
        metrics by step, as `evaluate/classification` has them: accuracy and nll (mean, nats), of which rows
        with a `group` are of one domain; worst_group_accuracy and mean_group_accuracy, of all domains.

    Raises:
        ValueError: the weights are of no classifier or do not fit the data, there are no examples, or
            a logit is not finite.
    """
    if len(trajectory) == 0:
        raise ValueError("the trajectory has no points")
    module = classifier_along(trajectory).to(compute_device())
    records: list[tuple[str, float, int, str | None]] = []
    for point, step in enumerate(trajectory.steps):
        module.load_state_dict(trajectory.weights_at(point))
        predicted = predict(module, data, batch_size, resources.workers)
        logits, labels = checked(predicted)
        parts: dict[str | None, np.ndarray] = {None: np.full(len(labels), True)}
        if "domain" in data.rows.column_names:
            parts |= {name: data.domains == name for name in data.domain_names}
        for group, part in parts.items():
            records.append(("accuracy", accuracy(logits[part], labels[part]), step, group))
            records.append(("nll", nll(logits[part], labels[part]), step, group))
        groups = list(group_accuracies(predicted).values())
        records.append(("worst_group_accuracy", min(groups), step, None))
        records.append(("mean_group_accuracy", float(np.mean(groups)), step, None))
    metric, value, steps, of_domain = zip(*records, strict=True)
    more = {"group": of_domain} if any(group is not None for group in of_domain) else {}
    return Table.columns(metric=metric, value=value, step=steps, **more)
