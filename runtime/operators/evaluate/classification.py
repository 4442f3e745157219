"""Score a classifier."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Predictions, Table
from heldout.runtime.component import Choice
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.scoring.predict import predict
from heldout.runtime.scoring.scores import scores
from heldout.runtime.subtype import NETWORK_INPUTS, Of


class Scored(NamedTuple):
    table: Annotated[
        Table,
        Metrics("accuracy", "worst_group_accuracy", "mean_group_accuracy", "calibration_error", "nll"),
    ]
    predictions: Annotated[Predictions, Of("logits")]


@operator(seconds=0.05, needs={"data": ("label",)})
def classification(
    model: Annotated[Model, Use.EVALUATES, Of("classifier", "text classifier")],
    data: Annotated[Dataset, Use.EVALUATES, NETWORK_INPUTS],
    *,
    resources: Resources = NONE_ASKED,
    corrupt: Annotated[Sequence[str | dict[str, Any]], Choice("transforms")] = (),
    batch_size: Annotated[int, Field(ge=1)] = 512,
) -> Scored:
    """Accuracy, accuracy by domain, calibration and likelihood of a classifier on labelled examples.

    Calibration error: Guo et al. 2017, "On Calibration of Modern Neural Networks"
    (arXiv:1706.04599), equation 3, 15 bins of equal width. Worst-group accuracy: Sagawa et al.
    2020 (arXiv:1911.08731), with the domains as groups.
    Differs from the paper: nothing.

    Encoded pictures are read through the transforms that the model was trained to be given (`preprocess`).

    Args:
        model: the classifier.
        data: labelled examples; without a column `domain` they are one domain.
        corrupt: transforms of each picture after its preprocessing, in order; what they draw is a function of
            the row.
        batch_size: examples at a time; fewer where these would take more than 256 MB.

    Returns:
        table: accuracy; worst_group_accuracy (the lowest of a domain); mean_group_accuracy (the
            mean over domains); calibration_error; nll (mean, nats).
        predictions: id, label, domain and logits of every example.

    Raises:
        ValueError: the model is no classifier or does not fit the data, there are no examples,
            or a logit is not finite.
    """
    module = restore_classifier(model).to(compute_device())
    module.preprocess = (*module.preprocess, *corrupt)
    predicted = predict(module, data, batch_size, resources.workers)
    return Scored(Table.of(scores(predicted)), predicted)
