import numpy as np
import pytest

from tests.fixtures.claims import as_written

compare, highest, equivalent = (as_written(kind) for kind in ("compare", "highest", "equivalent"))
LEVELS = {"size": ["small", "large"], "tuning": ["none", "full"], "seed": list(range(6))}
MEANS = np.array([[0.2, 0.6], [0.4, 0.9]])  # by size and tuning
VALUES = MEANS[..., None] + 0.01 * np.arange(6)
SMALL, LARGE = {"size": "small", "tuning": "full"}, {"tuning": "none", "size": "large"}


def test_a_small_tuned_one_beats_a_large_one_that_is_not(results_of, metric):
    found = compare(results_of(LEVELS, VALUES), metric=metric, greater=SMALL, less=LARGE, pair=["seed"])
    assert found.effect == pytest.approx(0.6 - 0.4)
    assert (found.holds, found.p_claimed) == (True, 1 / 64)
    assert found.finding.startswith("(size small, tuning full) minus (tuning none, size large), accuracy")


def test_a_cell_of_one_axis_is_a_level_of_it(results_of, metric):
    results = results_of(LEVELS, VALUES + np.random.default_rng(0).normal(size=VALUES.shape))
    cell = compare(
        results, metric=metric, greater={"size": "large"}, less={"size": "small"}, pair=["tuning", "seed"]
    )
    level = compare(
        results, metric=metric, axis="size", greater="large", less="small", pair=["tuning", "seed"]
    )
    assert (cell.effect, cell.interval, cell.p_claimed) == (level.effect, level.interval, level.p_claimed)


def test_other_kinds_take_cells_too(results_of, metric):
    results = results_of(LEVELS, VALUES)
    best = {"size": "large", "tuning": "full"}
    found = highest(results, metric=metric, level=best, than=[SMALL, LARGE], pair=["seed"])
    assert (found.effect, found.holds) == (pytest.approx(0.3), True)
    same = equivalent(results, metric=metric, level=SMALL, reference=LARGE, margin=0.3, pair=["seed"])
    assert same.holds


def test_only_the_named_cells_must_be_there(results_of, metric):
    values = VALUES.copy()
    values[1, 1] = np.nan
    found = compare(results_of(LEVELS, values), metric=metric, greater=SMALL, less=LARGE, pair=["seed"])
    assert found.holds


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"greater": SMALL, "less": {"size": "large"}}, "name the same axes"),
        ({"greater": "small", "less": "large"}, "is a level of no axis"),
        ({"greater": SMALL, "less": {"size": "large", "tuning": "some"}}, "tuning"),
    ],
)
def test_cells_that_cannot_be_compared(results_of, metric, more, why):
    with pytest.raises(ValueError, match=why):
        compare(results_of(LEVELS, VALUES), metric=metric, pair=["seed"], **more)
