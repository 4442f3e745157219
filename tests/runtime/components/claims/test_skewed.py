"""Values that are no differences need not scatter symmetrically, and their verdicts say so."""

import numpy as np
import pytest

from heldout.runtime.statistics.over_units import TESTS
from tests.fixtures.claims import as_written

LEVELS = {"seed": list(range(8)), "method": ["a", "b"], "size": [1.0, 2.0, 4.0, 8.0]}
SAID = "These are no differences, and the test takes them to scatter symmetrically"


@pytest.fixture
def results(results_of):
    return results_of(LEVELS, np.random.default_rng(0).exponential(size=(8, 2, 4)) + 0.1)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("threshold", {"above": 0.5}),
        ("at-chance", {"chance": 0.5, "margin": 0.2}),
        ("trend", {"axis": "size", "direction": "increasing"}),
        ("fit", {"axis": "size", "curve": "log-linear", "above": 0.0}),
    ],
)
@pytest.mark.parametrize("test", ["t", "sign-flip"])
def test_kinds_of_one_sample_say_so(results, metric, kind, parameters, test):
    found = as_written(kind)(results, metric=metric, pair=["seed"], test=test, **parameters)
    assert SAID in found.method
    assert "The 8 units have skewness" in found.method


def test_differences_are_symmetric_whatever_they_are_of(results, metric):
    shared = {"metric": metric, "axis": "method", "pair": ["seed"]}
    assert SAID not in as_written("compare")(results, greater="b", less="a", **shared).method
    same = as_written("equivalent")(results, level="b", reference="a", margin=0.1, **shared)
    assert SAID not in same.method


def test_the_side_of_the_shorter_tail_is_named(results_of, metric):
    values = [0.1, 0.11, 0.12, 0.1, 0.13, 0.9]  # a long tail above; their mean is below 0.3 and above 0.2
    results = results_of({"seed": list(range(6))}, values)
    towards = {}
    for above in (0.2, 0.3):
        found = as_written("threshold")(results, metric=metric, above=above, pair=["seed"])
        towards[above] = found.method.rsplit("; ", 1)[1]
    assert towards[0.2].startswith("the effect lies towards the longer tail.")
    assert towards[0.3].startswith("the effect lies towards the shorter tail.")


@pytest.mark.parametrize("test", ["t", "sign-flip"])
def test_the_figures_that_are_said_are_those_that_come_out(test):
    rng = np.random.default_rng(1)
    p_less = [TESTS[test](rng.exponential(size=8) - 1, np.arange(8), "mean").p_less for _ in range(1_500)]
    assert 0.1 <= np.mean(np.array(p_less) <= 0.05) <= 0.16


def test_one_correlation_has_an_interval(rehearsal, named):
    # Of one combination, which is no unit whose equality with others would leave the interval without width.
    rng = np.random.default_rng(2)
    levels = {"environment": list("abcdefgh")}
    results = rehearsal(truth=(levels, rng.normal(size=8)), score=(levels, rng.normal(size=8)))
    found = as_written("correlate")(
        results, metric=named("truth"), against=named("score"), axis="environment", above=0.0
    )
    assert "(90 % interval" in found.finding
