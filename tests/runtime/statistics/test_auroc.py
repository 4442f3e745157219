import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from heldout.runtime.statistics.auroc import auroc_placements


def test_by_hand():
    # Positives 3 and 1, negatives 2 and 0: of four pairs three are in order.
    area, moved = auroc_placements(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, True, False, False]))
    assert area == 3 / 4
    # The positives are above 2 / 2 and 1 / 2 of the negatives, which are below 1 / 2 and 2 / 2 of them:
    # s² = (1/4)² + (1/4)² = 1/8 in either class, and DeLong's variance 1/8 / 2 + 1/8 / 2.
    assert (moved**2).sum() == pytest.approx(1 / 8)
    assert moved.sum() == pytest.approx(0.0)


def test_against_all_pairs_with_ties():
    rng = np.random.default_rng(0)
    positive = rng.random(60) < 0.4
    scores = [np.round(rng.normal(size=60) + shift * positive, 1) for shift in (0.8, 1.2)]
    found = [auroc_placements(score, positive) for score in scores]
    tables = []
    for score, (area, _) in zip(scores, found, strict=True):
        above = score[positive][:, None] - score[~positive]
        wins = (above > 0) + 0.5 * (above == 0)
        assert area == pytest.approx(roc_auc_score(positive, score))
        tables.append((wins.mean(axis=1), wins.mean(axis=0)))
    # DeLong et al., equations 4 to 7: the covariance of both areas.
    (a, b), (c, d) = tables
    expected = np.cov(a, c)[0, 1] / positive.sum() + np.cov(b, d)[0, 1] / (~positive).sum()
    assert found[0][1] @ found[1][1] == pytest.approx(expected, rel=1e-9)


def test_one_example_of_a_class_is_too_few():
    with pytest.raises(ValueError, match="two examples of each class, got 1 positive ones and 2 negative"):
        auroc_placements(np.arange(3.0), np.array([True, False, False]))
