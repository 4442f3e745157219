from heldout.runtime.machine.report.defaults import default_figures, default_metrics, default_tables

ACCURACY = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_claims_say_what_matters(plan_of, declared):
    assert default_metrics(plan_of(declared)) == [ACCURACY]


def test_without_claims_the_last_stages_do(plan_of, declared):
    assert default_metrics(plan_of(declared | {"claims": []})) == [ACCURACY]


def test_named_axes_are_rows_and_seeds_are_runs(plan_of, declared):
    (table,) = default_tables(plan_of(declared))
    assert table == {
        "id": "score-accuracy",
        "rows": ["method", "protocol"],
        "columns": "held_out",
        "value": ACCURACY,
    }


def test_a_figure_for_each_table(plan_of, declared):
    (figure,) = default_figures(plan_of(declared).tables)
    assert (figure["id"], figure["x"], figure["color"], figure["column"]) == (
        "main",
        "held_out",
        "method",
        "protocol",
    )
    assert default_figures(({"id": "one", "rows": [], "columns": None, "value": ACCURACY},)) == ()
