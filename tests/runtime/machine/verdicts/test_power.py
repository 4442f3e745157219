import json
from types import SimpleNamespace

import numpy as np
import pytest

from heldout.runtime.__main__ import main
from heldout.runtime.machine.verdicts.power import has_pilot, powers
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
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
    assert found.standardized == detectable_shift(6, 0.05, "t")
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
    assert found.effect == pytest.approx(found.standardized * spread)
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
    assert two.standardized == detectable_shift(6, 0.05, "t", within=True)
    assert "a margin of" in two.words()


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
