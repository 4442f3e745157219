import pytest

from heldout.runtime.results.plan import ReportPlan


def test_stages_axes_and_tables(plan_of, declared):
    plan = plan_of(declared)
    assert plan.stages["score"].shape == (3, 2, 2, 3)
    assert plan.stages["score"].tables == {"table": ("accuracy",)}
    assert (plan.stages["model"].num_tasks, plan.stages["model"].cells) == (18, ())
    assert plan.axes["held_out"].label == "held-out rotation"


def test_tables_have_lists_of_rows_and_one_column_axis(plan_of, declared):
    declared["tables"][0] |= {"rows": "method", "columns": ["held_out", "protocol"], "by": None}
    table = plan_of(declared).tables[0]
    assert (table["rows"], table["columns"]) == (["method", "protocol"], "held_out")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("claims"), "has no 'claims'"),
        (lambda d: d.update(heldout=2), "of version 2, this runtime reads 1"),
        (lambda d: d["stages"][1]["cells"].pop(), "stage 'score' has 35 cells, its axes make 36"),
        (lambda d: d["figures"][0].update(id="../page"), "'../page' names a file"),
        (lambda d: d["tables"][0].update(id="Main"), "'Main' names a file"),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(plan_of, declared, change, message):
    change(declared)
    with pytest.raises(ValueError, match=message):
        plan_of(declared)


def test_no_file_and_no_json(tmp_path):
    with pytest.raises(ValueError, match="No such file"):
        ReportPlan.read(tmp_path / "report.json")
    (tmp_path / "report.json").write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        ReportPlan.read(tmp_path / "report.json")
