"""Parameters that made the answers are found again, and the largest posterior is one."""

import numpy as np
import pyarrow as pa
import pytest
import torch
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import spearmanr

from heldout.runtime.artifacts import Predictions, logits_column
from heldout.runtime.operators.measure.item_response import DIFFICULTY_SD, fit, item_response


def answers(right, order=None):
    logits = np.where(np.asarray(right)[:, None] == 1, [[1.0, 0.0]], [[0.0, 1.0]])
    order = np.arange(len(right)) if order is None else order
    rows = {"id": [f"i{n}" for n in order], "label": [0] * len(right), "logits": logits_column(logits[order])}
    return Predictions(pa.table(rows))


def simulated(people=200, items=40, guessing=0.0, seed=0):
    random = np.random.default_rng(seed)
    ability, difficulty = random.normal(size=people), random.normal(size=items) * 1.5
    chance = guessing + (1 - guessing) * expit(ability[:, None] - difficulty)
    return ability, difficulty, (random.random(chance.shape) < chance).astype(float)


@pytest.mark.parametrize("guessing", [0.0, 0.25])
@pytest.mark.parametrize("model", ["1pl", "2pl"])
def test_what_made_the_answers_is_found(model, guessing):
    ability, difficulty, right = simulated(guessing=guessing)
    found = item_response([answers(row) for row in right], model=model, guessing=guessing)
    assert spearmanr(found.items.rows["difficulty"].to_numpy(), difficulty).statistic > 0.95
    assert (
        spearmanr(found.respondents.rows["ability"].to_numpy(), ability).statistic > 0.8
    )  # 40 items say only so much
    fitted = found.items.rows["difficulty"].to_numpy()
    # In the unit of the abilities, which is that of the simulation.
    assert np.polyfit(difficulty, fitted, 1)[0] == pytest.approx(1.0, abs=0.2)


def test_the_largest_posterior_is_that_of_an_independent_optimizer():
    _, _, right = simulated(people=12, items=6, seed=3)

    def loss(flat):
        ability, difficulty = flat[:12], flat[12:]
        logit = ability[:, None] - difficulty
        likelihood = np.where(right == 1, np.logaddexp(0, -logit), np.logaddexp(0, logit)).sum()
        return likelihood + (ability**2).sum() / 2 + ((difficulty / DIFFICULTY_SD) ** 2).sum() / 2

    best = minimize(loss, np.zeros(18), tol=1e-12).x
    mean, sd = best[:12].mean(), best[:12].std()
    ability, difficulty, discrimination, _ = fit(torch.from_numpy(right), "1pl", 0.0)
    assert np.allclose(ability.numpy(), (best[:12] - mean) / sd, atol=1e-3)
    assert np.allclose(difficulty.numpy(), (best[12:] - mean) / sd, atol=1e-3)
    assert np.allclose(discrimination.numpy(), sd)


def test_the_order_of_rows_and_respondents_who_failed_do_not_matter():
    _, _, right = simulated(people=10, items=6)
    one = item_response([answers(row) for row in right])
    mixed = [answers(row, np.roll(np.arange(6), place)) for place, row in enumerate(right)]
    other = item_response([mixed[0], None, *mixed[1:]])
    assert one.items.rows["difficulty"].to_pylist() == other.items.rows["difficulty"].to_pylist()
    assert other.respondents.rows["id"].to_pylist()[:2] == ["0000", "0002"]


def test_other_items_are_refused():
    with pytest.raises(ValueError, match="not asked the same items"):
        item_response([answers([1, 0, 1]), answers([1, 0])])
    with pytest.raises(ValueError, match="two respondents"):
        item_response([answers([1, 0, 1]), None])
