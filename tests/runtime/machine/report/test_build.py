import contextlib
import json

import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.machine.report.build import build_report, write_report
from heldout.runtime.machine.report.provenance import provenance
from heldout.runtime.machine.store import Store
from heldout.runtime.results.gather import gather


def written(plan, store, done, out):
    tasks = {task for stage in plan.stages.values() for task in stage.cells if task}
    write_report(plan, gather(plan, store, done), provenance(tasks, store), out)


def files_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.fixture
def built(declared, store, tmp_path):
    """The report of a study whose results lie in a real store."""
    (tmp_path / "report.json").write_text(json.dumps(declared))
    with Store(tmp_path / "store") as real:
        for (task, port), table in store.tables.items():
            record = {
                "operator": "evaluate/classification",
                "seconds": 0.5,
                "environment": {"level": "bitwise"},
            }
            real.put(task, record, {port: table})
    done = tmp_path / "done"
    done.mkdir()
    code = build_report(tmp_path / "report.json", tmp_path / "store", done, tmp_path / "out")
    return code, files_of(tmp_path / "out")


def test_all_files_are_written(built):
    code, files = built
    assert code == 0
    assert sorted(files) == [
        "figures/by-angle.pdf",
        "figures/by-angle.png",
        "figures/by-angle.svg",
        "figures/by-angle.vl.json",
        "index.html",
        "results.csv",
        "results.parquet",
        "study.json",
        "tables/main.csv",
        "tables/main.parquet",
        "tables/main.tex",
        "verdicts.json",
    ]
    (verdict,) = json.loads(files["verdicts.json"])
    assert verdict["verdict"] == "supported"
    assert verdict["effect"] == pytest.approx(0.1)
    assert len(verdict["observations"]) == 9
    assert b"0 h" not in files["index.html"]
    assert b"18.0 s of computing" in files["index.html"]  # 36 tasks of half a second


def test_the_same_results_give_the_same_bytes(declared, store, plan_of, tmp_path):
    plan = plan_of(declared)
    written(plan, store, tmp_path / "done", tmp_path / "first")
    store.records = dict(reversed(store.records.items()))
    written(plan, store, tmp_path / "done", tmp_path / "second")
    assert files_of(tmp_path / "first") == files_of(tmp_path / "second")


def test_what_a_report_no_longer_has_is_removed_and_nothing_else(declared, store, plan_of, tmp_path):
    out = tmp_path / "out"
    written(plan_of(declared), store, tmp_path / "done", out)
    before = files_of(out)
    for name in ("costs.csv", "costs.parquet"):
        (out / name).write_text("of seconds that the study showed once")
    (out / "figures" / "mine.png").write_text("of somebody else")
    (out / "tables" / "by-hand.csv").write_text("a,b")
    (out / "notes.txt").write_text("a note")
    (table,), (figure,) = declared["tables"], declared["figures"]
    renamed = {"tables": [table | {"id": "other"}], "figures": [figure | {"id": "another"}]}
    written(plan_of({**declared, **renamed}), store, tmp_path / "done", out)
    of_others = {"figures/mine.png", "tables/by-hand.csv", "notes.txt"}
    names = {"tables/main": "tables/other", "figures/by-angle": "figures/another"}
    expected = {names.get(name.partition(".")[0], name.partition(".")[0]) for name in before}
    assert {name.partition(".")[0] for name in files_of(out).keys() - of_others} == expected
    assert of_others <= files_of(out).keys()
    assert len(files_of(out)) == len(before) + len(of_others)


def test_a_plan_that_cannot_be_read(tmp_path, capsys):
    assert build_report(tmp_path / "none.json", tmp_path / "store", tmp_path, tmp_path / "out") == 2
    assert "error: cannot read the report's plan" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_done_file_that_cannot_be_read_says_nothing(declared, tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(declared))
    (tmp_path / "done" / "score").mkdir(parents=True)
    (tmp_path / "done" / "score" / "0000.json").write_text('{"stage": ')
    given = (tmp_path / "report.json", tmp_path / "store", tmp_path / "done", tmp_path / "out")
    assert build_report(*given) == 0
    assert (tmp_path / "out" / "index.html").is_file()


def test_defaults_where_nothing_is_declared(declared, store, plan_of, tmp_path):
    written(plan_of(declared | {"tables": [], "figures": []}), store, tmp_path, tmp_path / "out")
    names = set(files_of(tmp_path / "out"))
    assert {"tables/score-accuracy.csv", "figures/score-accuracy.svg"} <= names


def test_numbers_that_json_cannot_hold_never_reach_the_verdicts(declared, store, plan_of, tmp_path, cell):
    store.tables[cell(0, "erm", "validation", 0), "table"] = Table.of({"accuracy": float("nan")})
    written(plan_of(declared), store, tmp_path, tmp_path / "out")
    text = (tmp_path / "out" / "verdicts.json").read_text()
    assert "NaN" not in text
    assert json.loads(text)[0]["verdict"] == "untested"


def test_a_mixed_model_stands_beside_a_verdict(declared, store, plan_of, tmp_path, cell):
    (claim,) = declared["claims"]
    verdicts = []
    for margin, moved in ((0.05, 0.0), (0.05, 0.03)):
        lower = Table.of({"accuracy": 0.6 - moved})  # of 0.60, the first of nine
        store.tables[cell(0, "coral", "validation", 0), "table"] = lower
        parameters = claim["parameters"] | {"cluster": "held_out", "test": "t", "margin": margin}
        claims = [claim | {"parameters": parameters}]
        written(plan_of(declared | {"claims": claims}), store, tmp_path, tmp_path / "out")
        verdicts += json.loads((tmp_path / "out" / "verdicts.json").read_text())
    equal, unequal = (verdict["companion"] for verdict in verdicts)
    assert equal == {"left_out": "all observations are equal, so that nothing varies"}
    assert (unequal["cluster"], unequal["run"], unequal["region"]) == ("held_out", ["seed"], [-0.05, 0.05])
    assert unequal["effect"] == pytest.approx(0.1 - 0.03 / 9)
    assert unequal["below"] + unequal["inside"] + unequal["above"] == pytest.approx(1)
    page = (tmp_path / "out" / "index.html").read_text()
    assert "other levels of held_out and other levels of seed than these 3 and 3" in page


OWN_CLAIM = '''
"""A claim of a study's own, which says nothing of alpha."""

from typing import Annotated, Any

from heldout.runtime.claim import MetricName, claim
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.results.results import Results


@claim()
def all_are_positive(results: Results, *, metric: Annotated[Any, MetricName()]) -> Outcome:
    """Every value is above zero.

    Args:
        metric: of which.
    """
    lowest = float(results.grid(metric).values.min())
    return Outcome(0.05, f"The lowest is {lowest}.", "Looked at.", holds=lowest > 0, p_claimed=0.01)
'''


def test_a_kind_of_claim_of_the_studys_own_is_read_from_beside_the_plan(
    declared, store, tmp_path, monkeypatch
):
    metric = declared["claims"][0]["parameters"]["metric"]
    own = {"id": "own", "says": "…", "kind": "all-are-positive", "parameters": {"metric": metric}}
    declared |= {"claims": [*declared["claims"], own], "operators": ["operators/own_claims.py"]}
    (tmp_path / "operators").mkdir()
    (tmp_path / "operators" / "own_claims.py").write_text(OWN_CLAIM)
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "report.json").write_text(json.dumps(declared))
    opened = contextlib.nullcontext(store)
    monkeypatch.setattr("heldout.runtime.machine.report.build.Store", lambda *_, **__: opened)
    assert build_report(tmp_path / "plan" / "report.json", tmp_path, tmp_path / "done", tmp_path / "out") == 0
    verdict = json.loads((tmp_path / "out" / "verdicts.json").read_text())[1]
    assert (verdict["verdict"], verdict["finding"]) == ("supported", "The lowest is 0.5.")
