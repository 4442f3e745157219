"""Accuracy, seconds and parameters side by side: each column in its own unit, with its own decimals."""

import numpy as np
import pytest

from heldout.runtime.machine.report.formats import Format, column_names, formats
from heldout.runtime.machine.report.metric_columns import table_of
from heldout.runtime.machine.report.summary import table_values
from heldout.runtime.machine.report.table_files import latex, tidy
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.report.units import with_units
from heldout.runtime.machine.verdicts.rehearsal import rehearsed, whole_stage
from heldout.runtime.results.levels import Axis

METHOD, SEED = Axis("method", ("erm", "coral"), "named"), Axis("seed", (0, 1, 2), "count")
# 2 methods x 3 seeds: a standard deviation of 0.01 each, and of 0.001 seconds.
ACCURACY = np.array([[0.11, 0.12, 0.13], [0.20, 0.21, 0.22]])
SECONDS = np.array([[0.018, 0.019, 0.020], [0.028, 0.029, 0.030]])
PARAMETERS = np.repeat([[2410], [12410]], 3, axis=1)
RATE = np.repeat([[0.1 + 0.2], [0.025]], 3, axis=1)  # 0.30000000000000004: equal in every run


def metric(stage, name):
    return {"stage": stage, "port": "table", "metric": name}


MIXED = [metric("score", "accuracy"), metric("model", "seconds"), metric("size", "parameters")]
DECLARED = {"id": "price", "rows": ["method"], "columns": "metric", "value": MIXED}


@pytest.fixture
def results():
    values = {
        ("score", "table", "accuracy"): ACCURACY.ravel(),
        ("novel", "table", "accuracy"): ACCURACY.ravel() / 2,
        ("model", "table", "seconds"): SECONDS.ravel(),
        ("size", "table", "parameters"): PARAMETERS.ravel().astype(float),
        ("rate", "table", "value"): RATE.ravel(),
    }
    stages = {stage: whole_stage(stage, (METHOD, SEED)) for stage, _, _ in values}
    return rehearsed(stages, values)


@pytest.fixture
def shown(results, plan_of, declared):
    """A table as the report has it, in a study that says of its metrics what they are."""

    def make(table, metrics=({**MIXED[0], "unit": "percent"},)):
        only = {"claims": [], "figures": [], "tables": [table], "metrics": [*metrics]}
        (made,) = with_units(plan_of({**declared, **only}), results).tables
        return table_of(made, results)

    return make


def test_each_column_has_its_unit_and_decimals_and_no_spread_of_zero(shown):
    table = shown(DECLARED)
    # t(2) at 97.5 % is 4.30265: half-widths of 4.30265 * 0.001 / sqrt(3) = 0.0025 seconds, to two figures.
    assert formats(table) == (Format("percent", 1), Format(None, 4), Format(None, 0, without_spread=True))
    view = table_view(table)
    assert view.columns == ("accuracy, %", "seconds", "parameters")
    erm, coral = ([(cell.mean, cell.spread) for cell in row.cells] for row in view.blocks[0].rows)
    assert erm == [("12.0", "2.5"), ("0.0190", "0.0025"), ("2410", "")]
    assert coral == [("21.0", "2.5"), ("0.0290", "0.0025"), ("12410", "")]
    assert "no ± where no interval has a width: parameters;" in view.note
    assert "in percent" not in view.note


def test_in_latex(shown):
    lines = latex(shown(DECLARED)).splitlines()
    assert lines[2] == r"method & accuracy, \% & seconds & parameters \\"
    assert lines[4] == r"erm & $12.0 \pm 2.5$ & $\mathbf{0.0190} \pm 0.0025$ & $2410$ \\"
    assert lines[5] == r"coral & $\mathbf{21.0} \pm 2.5$ & $0.0290 \pm 0.0025$ & $\mathbf{12410}$ \\"


def test_files_for_programs_keep_names_and_units(shown):
    table = shown(DECLARED)
    assert tidy(table)["axis_metric"].to_pylist()[:3] == ["accuracy", "seconds", "parameters"]
    assert tidy(table)["mean"].to_pylist()[0] == pytest.approx(0.12)
    values = table_values(table)
    assert (values["unit"], values["cells"][0]["at"]) == (None, ["erm", "accuracy"])
    assert values["by_column"] == {
        "accuracy": {"unit": "percent", "decimals": 1},
        "seconds": {"unit": None, "decimals": 4},
        "parameters": {"unit": None, "decimals": 0, "without_spread": True},
    }


def test_what_differs_by_rounding_alone_is_equal_and_no_whole_number(shown):
    table = shown(DECLARED | {"value": [metric("rate", "value"), MIXED[2]]})
    assert formats(table)[0] == Format(None, 3, without_spread=True), "0.300 and 0.025"


def test_single_values_have_no_interval_and_nothing_is_said_of_it(shown):
    table = shown(DECLARED | {"where": {"seed": 0}})
    assert formats(table)[2] == Format(None, 0)
    assert "no ±" not in table_view(table).note


@pytest.mark.parametrize(
    ("metrics", "facts", "unit", "note"),
    [
        ([MIXED[0], metric("novel", "accuracy")], (), None, "Accuracy; "),
        ([MIXED[0], metric("novel", "accuracy")], "percent", "percent", "Accuracy, in percent; "),
        ([MIXED[0], metric("rate", "value")], "percent", "percent", "Value, in percent; "),
    ],
)
def test_columns_of_one_scale_are_shown_alike(shown, metrics, facts, unit, note):
    said = [{**one, "unit": "percent"} for one in metrics] if facts else []
    table = shown(DECLARED | {"value": metrics}, said)
    assert len(set(formats(table))) == 1
    assert formats(table)[0].unit == unit
    assert table_view(table).note.startswith(note)
    assert "%" not in "".join(column_names(table))
    assert "by_column" not in table_values(table)


def test_a_table_in_percent_shows_the_shares_among_its_metrics_so_and_names_the_others(shown):
    view = table_view(shown(DECLARED | {"unit": "percent", "value": [*MIXED[::2]]}, ()))
    assert view.columns == ("accuracy, %", "parameters")
    assert "as they are, since `unit: percent` is for shares of one: parameters;" in view.note


def test_a_table_that_wants_no_percent_has_none(shown):
    table = shown(DECLARED | {"unit": None})
    assert column_names(table) == ("accuracy", "seconds", "parameters")
    # 4.30265 * 0.01 / sqrt(3) = 0.025
    assert formats(table)[0] == Format(None, 3)
