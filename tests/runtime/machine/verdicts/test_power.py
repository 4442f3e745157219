import json
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from heldout.runtime.__main__ import main
from heldout.runtime.machine.verdicts.power import has_pilot, powers
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.machine.verdicts.simulated_power import upper_bound
from heldout.runtime.machine.verdicts.verdicts import examine
from heldout.runtime.results.levels import Axis
from heldout.runtime.statistics.detectable import detectable_correlation, detectable_shift

AXES = (
    Axis("method", ("erm", "coral")),
    Axis("width", (2, 4, 8, 16, 32)),
    Axis("seed", tuple(range(6))),
)
STAGES = {"score": whole_stage("score", AXES)}
METRIC = {"stage": "score", "port": "table", "metric": "accuracy"}
COMPARE = {
    "metric": METRIC,
    "axis": "method",
    "greater": "coral",
    "less": "erm",
    "pair": ["seed"],
    "test": "t",
    "alpha": 0.05,
    "missing": "block",
    "sides": "one",
}


def claim(name, kind="compare", **parameters):
    return {"id": name, "says": "…", "kind": kind, "parameters": parameters}


def plan(*claims):
    return SimpleNamespace(stages=STAGES, claims=claims)


def test_without_a_pilot_in_standard_deviations():
    (found,) = powers(plan(claim("one", **COMPARE)), None)
    assert (found.num_units, found.alpha, found.measure, found.effect) == (6, 0.05, "difference", None)
    assert found.standardized == pytest.approx(detectable_shift(6, 0.05, "t"), rel=0.08)
    assert found.words().startswith(
        "one (compare, 6 units, alpha 0.05): a distance from the claim's edge of "
    )


def test_claims_share_alpha_at_holms_first_step():
    one, two = powers(plan(claim("one", **COMPARE), claim("two", **COMPARE | {"sides": "two"})), None)
    assert (one.alpha, two.alpha) == (0.025, 0.0125)
    assert one.standardized < two.standardized


def test_a_pilots_variance_gives_the_metrics_unit():
    # Only seeds 0 to 2 were run: differences averaged over widths have their standard deviation.
    values = np.random.default_rng(0).normal(size=(2, 5, 6))
    values[:, :, 3:] = np.nan
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): values.reshape(-1)})
    (found,) = powers(plan(claim("one", **COMPARE)), pilot)
    spread = (values[1] - values[0]).mean(axis=0)[:3].std(ddof=1)
    assert found.spread == pytest.approx(spread)
    # Of chi-squared with two degrees of freedom 20 % lie below 0.446.
    assert found.spread_bound == pytest.approx(spread * np.sqrt(2 / 0.446287))
    assert found.effect == pytest.approx(found.standardized * found.spread_bound)
    assert (found.num_units, found.pilot_units) == (6, 3)
    assert "3 units of a pilot vary by" in found.words()
    assert has_pilot(pilot)
    assert not has_pilot(rehearsed(STAGES, {}))


def test_a_correlation_and_a_margin():
    shared = {"metric": METRIC, "alpha": 0.1, "missing": "block"}
    correlate = shared | {
        "axis": "width",
        "above": 0.0,
        "test": "permutation",
        "coefficient": "spearman",
        "sides": "one",
    }
    chance = shared | {"chance": 0.5, "margin": 0.1, "pair": ["seed"], "test": "t"}
    one, two = powers(plan(claim("r", "correlate", **correlate), claim("m", "at-chance", **chance)), None)
    assert (one.measure, one.num_units) == ("correlation", 5)
    assert one.standardized == detectable_correlation(5, 0.05, 0.0, 1, "spearman")
    assert two.measure == "margin"
    assert two.standardized == pytest.approx(detectable_shift(6, 0.05, "t", within=True), rel=0.08)
    assert "a margin of" in two.words()


def test_a_share_of_curves_is_that_of_which_enough_are_seen():
    # Six of six tosses alone have a chance of 0.05 at most, which a share of 0.8^(1/6) gives with 0.8.
    where = {
        "along": "width",
        "above": 2,
        "below": 32,
        "pair": ["seed"],
        "test": "sign-flip",
        "scale": "value",
    }
    peak = claim("p", "peak", metric=METRIC, alpha=0.05, missing="block", earlier=None, **where)
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): np.random.default_rng(0).normal(size=60)})
    (found,) = powers(plan(peak), pilot)
    assert (found.measure, found.num_units, found.effect) == ("share", 6, None)
    assert found.standardized == pytest.approx(0.8 ** (1 / 6))
    assert found.words().endswith("a share of 0.96")


def test_of_places_along_an_axis_it_is_what_the_test_of_their_differences_finds():
    # Noise about a value that all curves pass says nothing of where curves pass it.
    two = {"axis": "method", "sooner": "erm", "later": "coral", "level": 0.0, "scale": "log", "margin": 0.0}
    shared = {name: COMPARE[name] for name in ("metric", "pair", "test", "alpha", "missing")}
    one = claim("one", "reaches", along="width", **shared, **two)
    values = np.random.default_rng(0).normal(size=(2, 5, 6))
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): values.reshape(-1)})
    (found,) = powers(plan(one), pilot)
    assert found.standardized == detectable_shift(6, 0.05, "t")
    assert found.effect == pytest.approx(np.expm1(found.standardized * found.spread_bound))
    assert "of the reference" in found.words()


@pytest.mark.slow
@pytest.mark.parametrize(("above", "there_is"), [(0.5, True), (0.9, False)])
def test_no_probability_of_improvement_is_beyond_one(above, there_is):
    both = {"axis": "method", "greater": "coral", "less": "erm", "runs": "seed", "pair": ["width"]}
    more = COMPARE | {"alpha": 0.1, "statistic": "mean"}
    values = np.random.default_rng(1).normal(size=(2, 5, 6))
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): values.reshape(-1)})
    one = claim("one", "probability-of-improvement", **more | both, above=above)
    (found,) = powers(plan(one), pilot)
    assert 0.1 < found.standardized * found.spread_bound < 0.5  # beyond one from 0.9, and not from a half
    assert (found.effect is not None and found.effect < 1 - above) == there_is
    assert ("there is no more than 0.1" in found.words()) == (not there_is)


@pytest.mark.parametrize("test", ["t", "sign-flip"])
@pytest.mark.parametrize("alpha", [0.5, 0.8])
def test_a_level_of_a_half_and_more(test, alpha):
    (found,) = powers(plan(claim("one", **COMPARE | {"test": test, "alpha": alpha})), None)
    assert found.standardized < powers(plan(claim("one", **COMPARE | {"test": test})), None)[0].standardized


@pytest.mark.parametrize("test", ["studentized", "jackknife"])
def test_nothing_is_promised_of_correlations_without_a_figure(test):
    axes = (Axis("width", tuple(range(1, 9))), Axis("seed", (0, 1)))
    parameters = {"metric": METRIC, "axis": "width", "above": 0.0, "test": test, "coefficient": "spearman"}
    stages = {"score": whole_stage("score", axes)}
    claims = [claim("one", "correlate", alpha=0.1, missing="block", **parameters)]
    (found,) = powers(SimpleNamespace(stages=stages, claims=claims), None)
    assert (found.standardized, found.problem) == (None, "its kind does not say what its test would find")


def test_too_many_claims_for_the_pairs():
    flips = COMPARE | {"test": "sign-flip"}
    found = powers(plan(*(claim(f"c{i}", **flips) for i in range(4))), None)  # 2^-6 > 0.05 / 4
    assert {one.problem for one in found} == {"no effect would be found: too few units for so many claims"}


def test_the_command_writes_json_and_lines(tmp_path, capsys):
    axes = {a.name: {"levels": list(a.levels), "kind": "list"} for a in AXES}
    stage = {
        "name": "score",
        "operator": "evaluate/classification",
        "axes": [a.name for a in AXES],
        "tasks": 60,
        "cells": list(STAGES["score"].cells),
        "outputs": {"table": {"kind": "Table", "holds_metrics": True, "metrics": ["accuracy"]}},
        "inputs": [],
    }
    content = {"heldout": 1, "study": "a", "axes": axes, "stages": [stage], "figures": [], "tables": []}
    path = tmp_path / "report.json"
    path.write_text(json.dumps(content | {"claims": [claim("one", **COMPARE)]}))
    store = tmp_path / "store"
    assert main(["power", "--plan", str(path), "--store", str(store), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["id"], found["num_units"], found["effect"]) == ("one", 6, None)
    assert main(["power", "--plan", str(path), "--store", str(store)]) == 0
    assert capsys.readouterr().out.startswith("one (compare, 6 units")
    assert not store.exists()
    assert main(["power", "--plan", str(tmp_path / "none.json"), "--store", str(store)]) == 2


STUDY = {
    "score": whole_stage(
        "score",
        (
            Axis("domain", tuple(range(8))),
            Axis("seed", (0, 1)),
            Axis("method", tuple(range(6))),
            Axis("size", (1.0, 2.0, 4.0, 8.0)),
        ),
    )
}
CLUSTERED = {"metric": METRIC, "pair": ["domain", "seed"], "cluster": "domain", "alpha": 0.05, "test": "t"}


def detected(kind, **parameters):
    written = {**CLUSTERED, **({} if kind in ("equivalent", "at-chance") else {"sides": "one"}), **parameters}
    (found,) = powers(SimpleNamespace(stages=STUDY, claims=[claim("a", kind, **written)]), None)
    assert not found.problem
    return found.standardized


def true_power(parts):
    """How often all of several differences are significant; [draws, 8 units, num_parts]."""
    p = stats.ttest_1samp(parts, 0, axis=1, alternative="greater").pvalue
    return (p.max(axis=-1) <= 0.05).mean()


@pytest.mark.slow
@pytest.mark.parametrize("others", [2, 5])
def test_a_claim_of_several_comparisons_has_the_power_that_is_said(others):
    # As one comparison it would be said to find what it finds in 0.68 (2 others) and 0.48 (5) of studies.
    found = detected("highest", axis="method", level=5, than=list(range(others)))
    noise = np.random.default_rng(0).normal(size=(4_000, 8, others + 1))
    differences = noise[..., -1:] - noise[..., :-1]  # their standard deviation is sqrt(2)
    alone = detectable_shift(8, 0.05, "t")
    assert true_power(differences + np.sqrt(2) * alone) < 0.72
    assert true_power(differences + np.sqrt(2) * found) == pytest.approx(0.8, abs=0.06)


def test_an_order_has_the_power_that_is_said():
    found = detected("order", axis="method", levels=[0, 1, 2, 3])
    steps = np.diff(np.random.default_rng(0).normal(size=(4_000, 8, 4)), axis=-1)
    assert true_power(steps + np.sqrt(2) * detectable_shift(8, 0.05, "t")) < 0.6
    assert true_power(steps + np.sqrt(2) * found) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("compare", {"axis": "method", "greater": 1, "less": 0, "test": "sign-flip", "statistic": "mean"}),
        (
            "interaction",
            {"axis": "method", "greater": 1, "less": 0, "by": "size", "larger": 8.0, "smaller": 1.0},
        ),
        ("threshold", {"below": 0.5}),
        ("trend", {"axis": "size", "direction": "decreasing"}),
        ("fit", {"axis": "size", "curve": "power-law", "below": -0.5}),
        ("steps-to", {"axis": "method", "sooner": 1, "later": 0, "level": 0.5}),
    ],
)
def test_a_claim_of_one_test_has_the_power_of_that_test(kind, parameters):
    one = detectable_shift(8, 0.05, parameters.get("test", "t"))
    assert detected(kind, **parameters) == pytest.approx(one, rel=0.08)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [("equivalent", {"axis": "method", "level": 1, "reference": 0}), ("at-chance", {"chance": 0.5})],
)
def test_a_margin_has_the_power_of_both_tests(kind, parameters):
    both = detectable_shift(8, 0.05, "t", within=True)
    assert detected(kind, margin=0.1, **parameters) == pytest.approx(both, rel=0.08)


@pytest.mark.parametrize(("pilot", "plugged_in"), [(3, 0.59), (5, 0.68), (8, 0.73)])
def test_a_pilots_spread_is_taken_at_its_upper_bound(pilot, plugged_in):
    # Of 10 units: with a pilot's own spread the mean power is below 0.8, with the bound of it above.
    shift, critical = detectable_shift(10, 0.05, "t"), stats.t.isf(0.05, 9)
    spreads = np.sqrt(np.random.default_rng(0).chisquare(pilot - 1, size=4_000) / (pilot - 1))
    power = [
        stats.nct.sf(critical, 9, shift * s * np.sqrt(10)).mean()
        for s in (spreads, upper_bound(spreads, pilot))
    ]
    assert power[0] == pytest.approx(plugged_in, abs=0.05)
    assert power[1] > 0.8
    assert np.mean(upper_bound(spreads, pilot) >= 1) == pytest.approx(0.8, abs=0.02)


def test_of_groups_that_are_not_known_nothing_is_said():
    along = COMPARE | {"metric": METRIC | {"along": ["group"]}, "pair": ["group", "seed"]}
    one, two = powers(plan(claim("one", **along), claim("two", **COMPARE)), None)
    assert (one.num_units, one.standardized, one.effect) == (0, None, None)
    assert one.words().endswith("how many steps or groups there are is known once the study has run")
    assert two.alpha == one.alpha == 0.025  # it counts in Holm's correction
    assert two.standardized is not None


def test_tests_that_must_all_hold_are_each_found_more_often():
    # Two tests that are each found in 90 % of studies are both found in 80 % at least.
    single = claim("one", **COMPARE)
    parts = [{"kind": "compare", "parameters": COMPARE}] * 2
    joint = {"id": "two", "says": "…", "kind": "all", "parameters": {}, "all": parts}
    alone, first, second = powers(plan(single, joint), None)
    assert (alone.part, alone.parts, alone.power) == (0, 1, 0.8)
    assert (first.part, second.part, first.parts, first.power) == (1, 2, 2, pytest.approx(0.9))
    assert alone.alpha == first.alpha == 0.025  # two claims, however many tests
    assert first.standardized == pytest.approx(detectable_shift(6, 0.025, "t", power=0.9), rel=0.1)
    assert first.standardized > alone.standardized
    assert first.words().startswith("two (compare, 1 of 2, found with 90%, 6 units, alpha 0.025)")


@pytest.mark.parametrize(("count", "share"), [(1, None), (3, None), (5, None), (None, 0.5)])
def test_wins_are_found_as_often_as_it_says(count, share):
    # Five settings with six seeds each, t: the true power at what is said, in 400 studies.
    axes = (Axis("method", ("erm", "coral")), Axis("width", (2, 4, 8, 16, 32)), Axis("seed", tuple(range(6))))
    stages = {"score": whole_stage("score", axes)}
    parameters = COMPARE | {"over": "width", "count": count, "share": share, "margin": 0.0}
    declared = claim("wins", "wins", **parameters)
    (found,) = powers(SimpleNamespace(stages=stages, claims=(declared,)), None)
    assert found.num_units == (6 if count else 5)
    rng = np.random.default_rng(0)
    supported = 0
    for _ in range(400):
        noise = rng.normal(size=(5, 6))
        if share:  # the means of settings vary with the standard deviation that is meant
            noise = np.repeat(rng.normal(size=(5, 1)), 6, axis=1)
        values = np.zeros((2, 5, 6))
        values[1] = noise + found.standardized
        outcome = examine(declared, rehearsed(stages, {("score", "table", "accuracy"): values.reshape(-1)}))
        supported += outcome.holds and outcome.p_claimed <= 0.05
    assert supported / 400 == pytest.approx(0.8, abs=0.06)


def test_a_gain_is_found_as_a_share_of_the_reference():
    values = np.random.default_rng(0).normal(10.0, 0.5, size=(2, 5, 6))
    ratio = claim("gain", "ratio", **COMPARE | {"margin": 0.0})
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): values.reshape(-1)})
    (found,) = powers(plan(ratio), pilot)
    logs = np.log(values.mean(axis=1)[1] / values.mean(axis=1)[0])
    assert found.measure == "gain" and found.spread == pytest.approx(logs.std(ddof=1))
    assert found.standardized == pytest.approx(detectable_shift(6, 0.05, "t"), rel=0.1)
    assert "of the reference" in found.words()


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("fit", {"curve": "power-law-offset", "below": 0.0}),
        ("fit", {"curve": "log-linear", "goodness": 0.9}),
        ("better-fit", {"curve": "power-law", "than": "linear"}),
    ],
)
def test_curves_are_found_as_units_of_a_test_are(kind, parameters):
    given = {"metric": METRIC, "axis": "width", "pair": ["seed"], "test": "t", "alpha": 0.05, **parameters}
    pilot = rehearsed(STAGES, {("score", "table", "accuracy"): np.random.default_rng(0).uniform(size=60)})
    (found,) = powers(plan(claim("one", kind, **given)), pilot if "goodness" in parameters else None)
    assert found.num_units == 6
    assert found.standardized == pytest.approx(detectable_shift(6, 0.05, "t"), rel=0.08)
    assert found.effect is None  # of R^2 the test is of logarithms, whose spread says nothing to a reader


@pytest.mark.parametrize(
    "of", [{"of": "slope"}, {"of": "residual", "level": 8}, {"line": "ols"}, {"line": "theil-sen"}]
)
def test_lines_of_metrics_are_found_as_units_of_a_test_are(of):
    other = METRIC | {"metric": "nll"}
    given = {"metric": METRIC, "against": other, "axis": "width", "above": 0.0, "pair": ["seed"], **of}
    rng = np.random.default_rng(0)
    places = np.broadcast_to(np.arange(5.0)[:, None], (2, 5, 6))
    values = [(places + 0.1 * rng.normal(size=(2, 5, 6))).reshape(-1) for _ in range(2)]
    pilot = rehearsed(
        STAGES, {("score", "table", name): one for name, one in zip(("accuracy", "nll"), values, strict=True)}
    )
    (found,) = powers(plan(claim("one", "regress", **given, test="t", alpha=0.05)), pilot)
    seen = examine(claim("one", "regress", **given, test="t"), pilot)
    assert (found.num_units, found.pilot_units, found.problem) == (6, 6, "")
    assert found.standardized == pytest.approx(detectable_shift(6, 0.05, "t"))
    assert found.spread == pytest.approx(np.std([one.value for one in seen.observations], ddof=1))
