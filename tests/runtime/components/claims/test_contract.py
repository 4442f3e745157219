"""What claims share is declared once, and every shipped claim says how it is decided."""

import numpy as np
import pytest

from heldout.runtime.claim import Part
from heldout.runtime.components.claims.contract import Directed, Observed
from heldout.runtime.lookup import find, named_files
from heldout.runtime.machine.catalog.build import component_entry

SHIPPED = sorted(name for name, _ in named_files() if name.startswith("claims/"))


@pytest.fixture(scope="module")
def entries():
    """What the catalog says of each."""
    return {name: component_entry(find(name), {}) for name in SHIPPED}


@pytest.mark.parametrize("name", ["alpha", "cluster", "pair", "sides", "statistic", "where"])
def test_a_shared_parameter_means_the_same_everywhere(name, entries):
    found = [entry["parameters"][name] for entry in entries.values() if name in entry["parameters"]]
    assert len(found) > 8
    without_words = [
        {**one["schema"], "description": ""} for one in found if one["schema"].get("default") != []
    ]
    assert all(one == without_words[0] for one in without_words)
    assert len({one["schema"]["description"] for one in found}) <= 2  # a correlation has words of its own


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_claim_declares_how_it_is_decided(name, entries):
    entry = entries[name]
    parts = {parameter.get("part") for parameter in entry["parameters"].values()}
    assert {Part.METRIC, Part.PAIR, Part.ALPHA, Part.MISSING} <= parts
    assert entry["decided"]["reaches"]
    if entry["parameters"]["metric"]["refers"] == {"to": "row-metric"}:  # rows, crossed with runs
        assert [reach["over"] for reach in entry["decided"]["reaches"]] == ["units", "runs"]
        assert {"runs", "unit"} <= set(entry["parameters"])
        return
    assert Part.CLUSTER in parts
    tests = entry["parameters"]["test"]["schema"]["enum"]
    assert {reach["when"]["test"] for reach in entry["decided"]["reaches"]} == set(tests)


def test_axes_that_a_design_does_not_name_are_averaged_over(results_of, metric):
    values = np.arange(12.0).reshape(2, 3, 2)
    results = results_of({"method": ["a", "b"], "seed": [0, 1, 2], "fold": [0, 1]}, values)
    cells = Observed(metric=metric, pair=["seed"], where={"fold": 1}).cells(results, "method")
    assert cells.values.tolist() == values[:, :, 1].T.tolist()
    assert Observed(metric=metric, pair=["seed"]).cells(results).values.tolist() == [3.5, 5.5, 7.5]


def test_the_edge_of_a_claim_is_said_in_words(results_of, metric):
    results = results_of({"seed": [0, 1]}, [0.25, 0.75])
    design = Directed(metric=metric, pair=["seed"])
    cells = design.cells(results)
    observations = design.observations(cells.axes, cells.values, cells.exists)

    def finding(null, direction, **more):
        said = {"subject": "accuracy", "noun": "values", "oracle": False} | more
        return design.outcome(observations, null=null, direction=direction, **said).finding

    assert finding(0.0, 1).endswith("2 of 2 values lie above zero.")
    assert finding(0.5, -1).endswith("1 of 2 values lie below 0.5.")
    assert finding(0.0, 1, null_words="above 0").endswith("2 of 2 values lie above 0.")


def test_a_claim_on_the_one_value_of_a_stage_names_the_stage():
    value = {"stage": "drop", "port": "table", "metric": "value"}
    assert Observed(metric=value, pair=()).metric_name == "drop"
    assert Observed(metric=value | {"rows": "training"}, pair=()).metric_name == "drop on training rows"
