import json

import pytest

from heldout.runtime.__main__ import main
from heldout.runtime.machine.report.summary import summary
from heldout.runtime.machine.store import Store
from heldout.runtime.results.gather import gather


@pytest.fixture
def made(declared, store, plan_of, tmp_path):
    plan = plan_of(declared)
    return summary(plan, gather(plan, store, tmp_path))


def test_verdicts_come_without_what_is_behind_them(made):
    (verdict,) = made["verdicts"]
    assert (verdict["id"], verdict["verdict"]) == ("alignment-helps", "supported")
    assert verdict["effect"] == pytest.approx(0.1)
    assert verdict.keys().isdisjoint({"observations", "missing", "companion"})
    assert made["problems"] == []


def test_a_table_has_its_cells_by_the_names_of_levels(made):
    (table,) = made["tables"]
    assert table["axes"] == {"protocol": "protocol", "method": "method", "held_out": "held-out rotation"}
    assert (table["columns"], table["unit"], table["decimals"]) == ("held_out", "percent", 1)
    assert (table["id"], table["title"]) == ("main", "Accuracy")
    cells = {tuple(cell["at"]): cell for cell in table["cells"]}
    assert (
        len(cells) == len(table["cells"]) == 2 * 2 * 4
    )  # protocols, methods, three columns and their average
    # Three seeds: 0.60, 0.61, 0.62; with t(2) at 97.5 % = 4.3027, the half-width is 4.3027 * 0.01 / sqrt(3).
    first = cells["validation", "coral", "0"]
    assert (first["mean"], first["half_width"]) == pytest.approx((0.61, 0.024841), abs=1e-6)
    assert (first["runs"], first["missing"], first["best"], first["oracle"]) == (3, 0, True, False)
    # Over 0, 15 and 30 degrees the mean is 0.15 more.
    assert cells["oracle", "erm", None]["mean"] == pytest.approx(0.71)
    assert cells["oracle", "erm", None]["oracle"]


def test_what_is_not_there_has_no_number(declared, store, plan_of, tmp_path, cell):
    for seed in range(3):
        del store.records[cell(15, "erm", "validation", seed)]
    plan = plan_of(declared)
    (table,) = summary(plan, gather(plan, store, tmp_path))["tables"]
    (lost,) = (one for one in table["cells"] if one["at"] == ["validation", "erm", "15"])
    assert (lost["mean"], lost["half_width"], lost["runs"], lost["missing"]) == (None, None, 0, 3)
    json.dumps(table, allow_nan=False)


def test_a_table_without_columns_and_one_that_cannot_be_made(declared, store, plan_of, tmp_path):
    table = {"rows": ["method"], "columns": None, "value": declared["tables"][0]["value"]}
    tables = [{"id": "plain", **table}, {"id": "odd", **table, "where": {"method": "erm", "held_out": 7}}]
    plan = plan_of(declared | {"tables": tables})
    made = summary(plan, gather(plan, store, tmp_path))
    (only,) = made["tables"]
    assert (only["columns"], [cell["at"] for cell in only["cells"]]) == (None, [["erm"], ["coral"]])
    assert [one.split(":")[0] for one in made["problems"]] == ["The table odd is not shown"]


def test_the_command_writes_it(declared, store, tmp_path):
    plan, out = tmp_path / "workflow" / "plan" / "report.json", tmp_path / "summary.json"
    plan.parent.mkdir(parents=True)
    plan.write_text(json.dumps(declared))
    with Store(tmp_path / "store") as real:
        for (task, port), table in store.tables.items():
            real.put(task, {"operator": "evaluate/classification"}, {port: table})
    places = ["--plan", plan, "--store", tmp_path / "store", "--done", tmp_path / "done", "--out", out]
    assert main(["summary", *map(str, places)]) == 0
    assert json.loads(out.read_text())["verdicts"][0]["verdict"] == "supported"


def test_a_plan_that_is_not_there(tmp_path, capsys):
    places = [
        "--plan",
        tmp_path / "none.json",
        "--store",
        tmp_path,
        "--done",
        tmp_path,
        "--out",
        tmp_path / "out",
    ]
    assert main(["summary", *map(str, places)]) == 2
    assert "error: cannot read the report's plan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
