import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.machine.verdicts.companion import Companion, LeftOut, companion
from heldout.runtime.machine.verdicts.verdicts import examine, judge
from heldout.runtime.statistics.crossed_effects import crossed_effects

LEVELS = {"domain": ["a", "b", "c", "d"], "seed": [0, 1, 2], "method": ["erm", "coral"]}
SHAPE = tuple(len(known) for known in LEVELS.values())
VALUES = np.exp(np.random.default_rng(1).normal(0.2, 0.3, SHAPE))
GAINS = VALUES[..., 1] - VALUES[..., 0]


@pytest.fixture
def beside(results_of, metric):
    """What stands beside the verdict of a claim on these values."""

    def found(kind="compare", values=VALUES, levels=LEVELS, absent=frozenset(), **parameters):
        compared = ("greater", "less") if kind in ("compare", "ratio") else ("level", "reference")
        written = {
            "metric": metric,
            "pair": ["domain", "seed"],
            "cluster": "domain",
            "axis": "method",
            **dict(zip(compared, ("coral", "erm"), strict=True)),
            **parameters,
        }
        claim = {"id": "a", "says": "…", "kind": kind, "parameters": written}
        (verdict,) = judge([claim], results_of(levels, values, absent))
        return verdict.companion

    return found


def assert_masses(found, fitted, low, high):
    t = stats.t(fitted.freedom, fitted.mean, fitted.error)
    assert (found.below, found.above) == pytest.approx((t.cdf(low), t.sf(high)))
    if found.inside is not None:
        assert found.inside == pytest.approx(t.cdf(high) - t.cdf(low))


@pytest.mark.parametrize(
    ("kind", "parameters", "region"),
    [
        ("compare", {}, None),
        ("compare", {"margin": 0.1}, (-0.1, 0.1)),
        ("compare", {"margin": -0.1}, (-0.1, 0.1)),
        ("equivalent", {"margin": 0.2}, (-0.2, 0.2)),
        ("within", {"above": -0.1, "below": 0.3}, (-0.1, 0.3)),
    ],
)
def test_the_region_is_the_claims_margin_either_way(beside, kind, parameters, region):
    found, fitted = beside(kind, **parameters), crossed_effects(GAINS)
    assert found.region == region
    assert (found.inside is None) == (region is None)
    assert found.effect == pytest.approx(GAINS.mean())
    assert found.interval == pytest.approx(fitted.interval())
    assert (found.cluster, found.run, found.num_clusters, found.num_runs) == ("domain", ("seed",), 4, 3)
    assert not found.log
    assert_masses(found, fitted, *(region or (0.0, 0.0)))


def test_a_ratio_is_fitted_on_its_logarithms_and_told_as_a_gain(beside):
    found, fitted = beside("ratio", margin=0.25), crossed_effects(np.log(VALUES[..., 1] / VALUES[..., 0]))
    assert found.log
    assert found.effect == pytest.approx(math.expm1(fitted.mean))
    assert found.interval == pytest.approx(np.expm1(fitted.interval()))
    assert found.region == pytest.approx((1 / 1.25 - 1, 0.25))
    assert_masses(found, fitted, -math.log(1.25), math.log(1.25))
    deviations = fitted.between_clusters, fitted.between_runs, fitted.rest
    assert (found.between_clusters, found.between_runs, found.rest) == pytest.approx(deviations)


def test_several_other_axes_are_joined_to_one(beside):
    levels = {"domain": LEVELS["domain"], "fold": [{"at": 0}, {"at": 1}], **LEVELS}
    values = np.random.default_rng(2).normal(size=(4, 2, 3, 2))
    found = beside(values=values, levels=levels, pair=["domain", "fold", "seed"])
    assert (found.run, found.num_runs) == (("fold", "seed"), 6)
    fitted = crossed_effects((values[..., 1] - values[..., 0]).reshape(4, 6))
    assert found.interval == pytest.approx(fitted.interval())


def one_missing():
    values = VALUES.copy()
    values[1, 1, 1] = np.nan
    return values


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cluster": None}, "names no cluster"),
        ({"values": one_missing(), "missing": "drop"}, "observations are missing"),
        ({"values": one_missing()}, "observations are missing"),
        ({"absent": {0, 1}}, "not every level of domain has one observation at each of seed"),
        ({"pair": ["domain"]}, "no axis of runs beside domain"),
        ({"where": {"domain": "a"}}, "only one level of domain"),
        ({"where": {"seed": 0}}, "only one level of seed"),
        # What floating point makes of differences that are zero, and not by enough to be any of a margin.
        ({"values": VALUES[..., :1] * [1, 1 + 1e-15], "margin": 0.1}, "all observations are equal"),
    ],
)
def test_what_it_cannot_be_fitted_to_leaves_it_out_with_a_word(beside, changed, reason):
    found = beside(**changed)
    assert isinstance(found, LeftOut)
    assert reason in found.reason


def test_only_differences_of_two_levels_have_one(beside):
    nothing = {"axis": None, "level": None, "reference": None}
    assert beside("within", above=0.0, below=2.0, **nothing) is None
    assert beside("equivalent", margin=0.1, axis="nowhere") is None  # untested, of no observations


def test_each_test_of_a_claim_of_several_has_its_own(results_of, metric):
    shared = {"metric": metric, "pair": ["domain", "seed"], "cluster": "domain"}
    parts = [
        {"kind": "compare", "parameters": shared | {"axis": "method", "greater": "coral", "less": "erm"}},
        {"kind": "threshold", "parameters": shared | {"above": 0.5, "where": {"method": "erm"}}},
    ]
    claim = {"id": "both", "says": "…", "kind": "all", "parameters": {}, "all": parts}
    (whole,) = judge([claim], results_of(LEVELS, VALUES))
    first, second = whole.parts
    assert isinstance(first.companion, Companion)
    assert (whole.companion, second.companion) == (None, None)


def test_the_order_of_observations_does_not_matter(results_of, metric):
    parameters = {"metric": metric, "pair": ["domain", "seed"], "cluster": "domain", "axis": "method"}
    claim = {"id": "a", "kind": "compare", "parameters": parameters | {"greater": "coral", "less": "erm"}}
    outcome = examine(claim, results_of(LEVELS, VALUES))
    backwards = replace(outcome, observations=outcome.observations[::-1])
    assert companion(claim, backwards).rest == pytest.approx(companion(claim, outcome).rest)
