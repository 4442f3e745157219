"""Scores of pairs, lined up with the pairs that they are of."""

from typing import Any

from heldout.runtime.artifacts import Dataset, Predictions
from heldout.runtime.artifacts.columns import texts


def scores_of(data: Dataset, scores: Predictions) -> list[float]:
    """The score of every pair of the data, by its id.

    Raises:
        ValueError: they are no scores, or a pair has none.
    """
    if "score" not in scores.rows.column_names:
        raise ValueError(f"scores have a column `score`; these have {', '.join(scores.rows.column_names)}")
    values: list[Any] = scores.rows["score"].to_pylist()
    by_id = dict(zip(texts(scores.rows["id"]), values, strict=True))
    ids = texts(data.rows["id"])
    if missing := [name for name in ids if name not in by_id]:
        raise ValueError(f"{len(missing)} of {len(ids)} pairs have no score, {missing[0]} among them")
    return [by_id[name] for name in ids]
