import json

import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.figures import draw
from heldout.runtime.machine.report.table_view import table_view
from heldout.runtime.machine.report.tables import summary_table
from heldout.runtime.machine.report.units import with_units
from heldout.runtime.machine.verdicts.verdicts import judge
from heldout.runtime.results.gather import gather


@pytest.fixture
def united(declared, store, plan_of, tmp_path):
    """The plan with its units, and the results, of values times a factor."""

    def make(factor=1.0):
        for key, table in store.tables.items():
            store.tables[key] = Table.of({"accuracy": factor * table.scalar("accuracy")})
        plan = plan_of(declared)
        results = gather(plan, store, tmp_path / "none")
        return with_units(plan, results), results

    return make


def test_claim_table_and_figure_of_a_metric_are_all_in_percent(united):
    plan, results = united()
    (verdict,) = judge(plan.claims, results)
    assert verdict.outcome.finding.endswith("9 of 9 paired differences lie above zero. In percent: 10.0.")
    (table,) = (summary_table(one, results) for one in plan.tables)
    assert table_view(table).note.startswith("Accuracy, in percent; mean ±")
    (figure,) = (draw(one, results) for one in plan.figures)
    # Of both protocols and all seeds: ERM at 0 has 0.535, CORAL at 30 has 0.935.
    assert "from 53.5 % to 93.5 %." in figure.caption
    layers = json.loads(figure.vega_lite)["layer"]
    assert all(
        layer["encoding"]["y"]["axis"]["format"] == "~%" for layer in layers if "y" in layer["encoding"]
    )
    assert "53.5 %" not in figure.vega_lite  # the data are the metric's own


def test_a_metric_that_holds_percents_is_shown_as_it_is_and_the_table_says_why(united):
    plan, results = united(factor=100.0)
    (table,) = (summary_table(one, results) for one in plan.tables)
    view = table_view(table)
    assert view.blocks[0].rows[0].cells[0].mean == "51.0"
    assert "shown as it is: `unit: percent` is for shares of one, and these are none" in view.note
    (verdict,) = judge(plan.claims, results)
    assert "In percent" not in verdict.outcome.finding


def test_an_axis_that_where_keeps_to_a_level_is_not_averaged_over(results, declared):
    table = declared["tables"][0] | {"by": None, "where": {"protocol": "validation"}}
    assert "95 % t interval over 3 levels of seed;" in table_view(summary_table(table, results)).note


@pytest.fixture
def said(declared, store, plan_of, tmp_path):
    """The plan of a study that says something of its metric, with one table that says nothing of it."""

    def make(facts, **table):
        (first, *_) = declared["tables"]
        for key in ("unit", "better"):
            first.pop(key, None)
        metric = {"stage": first["value"]["stage"], "port": first["value"]["port"], "metric": "accuracy"}
        plan = plan_of({**declared, "tables": [{**first, **table}], "metrics": [metric | facts]})
        results = gather(plan, store, tmp_path / "none")
        return with_units(plan, results), results

    return make


def test_what_the_study_says_of_a_metric_holds_for_all_that_shows_it(said):
    plan, results = said({"unit": "percent", "better": "lower"})
    (table,) = (summary_table(one, results) for one in plan.tables)
    assert (table.unit, table.descending) == ("percent", (False,))
    assert "lower is better" in table_view(table).note
    (verdict,) = judge(plan.claims, results)
    assert "In percent: 10.0." in verdict.outcome.finding
    (figure,) = (draw(one, results) for one in plan.figures)
    assert "from 53.5 % to 93.5 %." in figure.caption


def test_what_a_table_says_itself_goes_before_that(said):
    plan, results = said({"unit": "percent", "better": "lower"}, unit=None, better="higher")
    (table,) = (summary_table(one, results) for one in plan.tables)
    assert (table.unit, table.descending) == (None, (True,))


def test_a_study_that_says_which_way_is_better_says_nothing_of_percent(said):
    plan, results = said({"better": "lower"})
    (table,) = (summary_table(one, results) for one in plan.tables)
    assert (table.unit, table.descending) == (None, (False,))
    (verdict,) = judge(plan.claims, results)
    assert "In percent" not in verdict.outcome.finding
