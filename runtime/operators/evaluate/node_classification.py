"""Score a classifier of nodes."""

from typing import Annotated, NamedTuple

import pyarrow as pa

from heldout.runtime.artifacts import Graph, Model, Predictions, Table, logits_column
from heldout.runtime.device import compute_device
from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.scoring.scores import accuracy, checked, expected_calibration_error, nll
from heldout.runtime.subtype import Of


class NodesScored(NamedTuple):
    table: Annotated[Table, Metrics("accuracy", "error", "calibration_error", "nll")]
    predictions: Annotated[Predictions, Of("logits")]


@operator(seconds=0.02)
def node_classification(
    model: Annotated[Model, Use.EVALUATES, Of("node classifier")], graph: Annotated[Graph, Use.EVALUATES]
) -> NodesScored:
    """Accuracy, error, calibration and likelihood of a classifier on a graph's labelled nodes.

    Calibration error: Guo et al. 2017, "On Calibration of Modern Neural Networks"
    (arXiv:1706.04599), equation 3, 15 bins of equal width.
    Differs from the paper: nothing.

    Args:
        model: a classifier of nodes.
        graph: nodes without a label are seen as neighbours alone.

    Returns:
        table: accuracy; error (1 - accuracy); calibration_error; nll (mean, nats).
        predictions: id, label, domain and logits of every labelled node.

    Raises:
        ValueError: the model is no classifier of nodes or does not fit the graph, no node has a
            label, or a logit is not finite.
    """
    module = restore_node_classifier(model).to(compute_device())
    logits = module.on(graph).logits.float().cpu().numpy()[graph.labelled]
    rows = graph.rows.take(pa.array(graph.labelled))
    columns = {name: rows[name] for name in ("id", "label", "domain") if name in rows.column_names}
    predicted = Predictions(pa.table(columns | {"logits": logits_column(logits)}))
    logits, labels = checked(predicted)
    right = accuracy(logits, labels)
    table = {
        "accuracy": right,
        "error": 1 - right,
        "calibration_error": expected_calibration_error(logits, labels),
        "nll": nll(logits, labels),
    }
    return NodesScored(Table.of(table), predicted)
