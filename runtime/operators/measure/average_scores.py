"""The average of several models' scores of the same pairs."""

from typing import Annotated, Any

import numpy as np
import pyarrow as pa

from heldout.runtime.artifacts import Predictions
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of


@operator(seconds=0.01)
def average_scores(
    scores: Annotated[list[Predictions], Of("scores")],
) -> Annotated[Predictions, Of("scores")]:
    """For every example the mean of the scores that several models give it.

    Liu et al. 2022, "Trans-Encoder" (arXiv:2109.13059), section 2.4, mutual distillation: the
    mean over language models is what all of them are trained on. Of models that were trained
    alike it is the ensemble's score.
    Differs from the paper: nothing.

    Args:
        scores: of each model, rows `id` and `score`.

    Returns:
        rows `id`, in the order of the first, and `score`.

    Raises:
        ValueError: they are no scores, or not of the same examples.
    """
    tables = [member.rows for member in scores]
    for table in tables:
        if not {"id", "score"} <= set(table.column_names):
            raise ValueError(
                f"scores have columns `id` and `score`; these have {', '.join(table.column_names)}"
            )
    ids = texts(tables[0]["id"])
    columns: list[list[float]] = []
    for table in tables:
        values: list[Any] = table["score"].to_pylist()
        by_id = dict(zip(texts(table["id"]), values, strict=True))
        if set(by_id) != set(ids):
            raise ValueError("the scores are not of the same examples")
        columns.append([by_id[name] for name in ids])
    return Predictions(pa.table({"id": ids, "score": np.mean(columns, axis=0)}))
