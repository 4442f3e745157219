"""Score predictions that were made without labels."""

from typing import Annotated

import pyarrow as pa

from heldout.runtime.artifacts import Dataset, Predictions, Table
from heldout.runtime.operator import Use, operator
from heldout.runtime.operators.evaluate.classification import Scored
from heldout.runtime.scoring.scores import scores
from heldout.runtime.subtype import Of


@operator(seconds=0.01)
def adapted(
    predictions: Annotated[Predictions, Use.EVALUATES, Of("logits")], data: Annotated[Dataset, Use.EVALUATES]
) -> Scored:
    """The table of `evaluate/classification`, for predictions whose maker never saw the labels.

    Args:
        predictions: id and logits of every example, as `adapt/online` gives them.
        data: the same examples with their labels, in any order.

    Returns:
        table: as of `evaluate/classification`.
        predictions: with the labels, in their own order, which is the stream's.

    Raises:
        ValueError: an example was predicted and is not in the data, was predicted twice, or was
            not predicted; or the predictions cannot be scored.
    """
    predicted = predictions.rows["id"].to_pylist()
    label = dict(zip(data.rows["id"].to_pylist(), data.labels.tolist(), strict=True))
    if len(set(predicted)) < len(predicted):
        raise ValueError(f"{len(predicted) - len(set(predicted))} examples were predicted more than once")
    if unknown := [name for name in predicted if name not in label]:
        raise ValueError(f"{len(unknown)} predicted examples are not in the data, {unknown[0]} the first")
    if len(predicted) < len(label):
        raise ValueError(f"{len(label) - len(predicted)} examples of the data were not predicted")
    labels = pa.array([label[name] for name in predicted], pa.int64())
    rows = predictions.rows.drop_columns([name for name in predictions.rows.column_names if name == "label"])
    joined = Predictions(rows.add_column(1, "label", labels))
    return Scored(Table.of(scores(joined)), joined)
