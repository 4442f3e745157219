"""Whether scores put examples in the order of their labels."""

from typing import Annotated

import numpy as np
from scipy.stats import rankdata

from heldout.runtime.artifacts import Dataset, Predictions, Table
from heldout.runtime.language.pair_labels import scores_of
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.subtype import Of


@operator(seconds=0.02)
def spearman(
    scores: Annotated[Predictions, Use.EVALUATES, Of("scores")], data: Annotated[Dataset, Use.EVALUATES]
) -> Annotated[Table, Metrics("spearman")]:
    """Spearman's rank correlation of scores with the labels, over the examples.

    Spearman 1904, "The Proof and Measurement of Association between Two Things"; equal values
    have the mean of their ranks, as in SentEval and `scipy.stats.spearmanr`.
    Differs from the paper: nothing.

    Args:
        scores: rows `id` and `score`, of these examples at least.
        data: labelled examples; a label is a number.

    Returns:
        metric `spearman`, in [-1, 1].

    Raises:
        ValueError: an example has no score, there are no labels, fewer than two examples, or all
            scores or all labels are equal.
    """
    ranks = rankdata(scores_of(data, scores)), rankdata(data.labels.numpy())
    if any(len(set(side.tolist())) < 2 for side in ranks):
        raise ValueError("all scores or all labels are equal: they put nothing in order")
    return Table.of({"spearman": float(np.corrcoef(*ranks)[0, 1])})
