"""Glickman's worked example, and that who wins is rated higher."""

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.operators.measure.glicko_2 import SCALE, Ratings, after_period, glicko_2


def ratings(rating, deviation, sigma):
    scaled = (np.asarray(rating, float) - 1500) / SCALE, np.asarray(deviation, float) / SCALE
    return Ratings(*scaled, np.asarray(sigma, float))


def test_the_example_of_the_paper():
    # A player of 1500 (200) wins against 1400 (30) and loses to 1550 (100) and 1700 (300), tau 0.5.
    # Glickman's result: 1464.06, deviation 151.52, volatility 0.05999.
    player = ratings([1500], [200], [0.06])
    opponents = ratings([1400, 1550, 1700], [30, 100, 300], [0.06] * 3)
    after = after_period(player, opponents, np.ones((1, 3)), np.array([[1.0, 0.0, 0.0]]), 0.5)
    assert 1500 + SCALE * after.mu[0] == pytest.approx(1464.06, abs=0.02)
    assert SCALE * after.phi[0] == pytest.approx(151.52, abs=0.01)
    assert after.sigma[0] == pytest.approx(0.05999, abs=1e-5)


def test_who_does_not_play_only_grows_less_certain():
    # Step 6 alone: sqrt(phi^2 + sigma^2).
    player = ratings([1600], [100], [0.06])
    after = after_period(player, player, np.zeros((1, 1)), np.zeros((1, 1)), 0.5)
    assert after.mu[0] == player.mu[0]
    assert after.phi[0] == pytest.approx(np.sqrt(player.phi[0] ** 2 + 0.06**2))


def answers(right):
    """Of one respondent, to items with label 0."""
    logits = np.where(np.asarray(right)[:, None] == 1, [[1.0, 0.0]], [[0.0, 1.0]])
    ids = [f"i{number}" for number in range(len(right))]
    return Predictions(pa.table({"id": ids, "label": [0] * len(right), "logits": logits_column(logits)}))


def test_items_that_fewer_solve_are_rated_higher():
    right = (np.arange(12)[:, None] >= np.arange(8) + 2).astype(int)
    rated = glicko_2([*map(answers, right), None], periods=3)
    items = rated.items.rows["rating"].to_pylist()
    people = rated.respondents.rows["rating"].to_pylist()
    assert items[0] < items[3] < items[7] and people[0] < people[5] < people[11]
    assert rated.respondents.rows["id"].to_pylist() == [f"{place:04}" for place in range(12)]
