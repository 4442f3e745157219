import argparse
import csv
import json

import pytest

from heldout.runtime.machine.domainbed.command import add_arguments, main
from heldout.runtime.machine.domainbed.records import Sweep, read_sweep
from heldout.runtime.machine.domainbed.study import imported_study


@pytest.fixture
def run():
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return lambda *arguments: main(parser.parse_args(["domainbed", *map(str, arguments)]))


def test_a_sweep_becomes_a_report(run, write_sweep, tmp_path):
    out = tmp_path / "out"
    assert run(write_sweep(), "--out", out, "--still") == 0
    text = (out / "index.html").read_text()
    assert "A DomainBed sweep on Debug28 and PACS" in text
    assert "None of the claims was made before there were results." in text
    # 3 algorithms, 3 trials, 2 settings; 4 + 6 holdouts of 4 environments, 3 + 3 of 3.
    assert f"{3 * 3 * 2 * (10 + 6)} finished runs" in text
    verdicts = json.loads((out / "verdicts.json").read_text())
    assert [one["id"] for one in verdicts] == ["coral-over-erm", "irm-over-erm"]
    assert len(verdicts[0]["observations"]) == 2 * 3  # data sets and trials
    with (out / "tables" / "pacs.csv").open() as file:
        rows = list(csv.DictReader(file))
    # 3 protocols, 3 algorithms, 4 environments and their average, over 3 trials.
    assert len(rows) == 3 * 3 * 5
    assert {row["runs"] for row in rows} == {"3"}
    assert {row["column_pacs"] for row in rows} == {"A", "C", "P", "S", ""}
    assert {row["oracle"] for row in rows if row["protocol"] == "oracle"} == {"true"}


def test_protocols_without_runs_are_not_there(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], pairs=False))
    study = imported_study(sweep, "sweep")
    assert study.plan.axes["protocol"].levels == ("training-domain", "oracle")
    assert study.results.missing == ()
    assert list(study.plan.stages) == ["pacs"]


def test_a_cell_without_runs_is_missing_and_never_zero(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], pairs=False))
    kept = tuple(r for r in sweep.records if (r.algorithm, r.test_envs, r.trial_seed) != ("IRM", (2,), 1))
    study = imported_study(Sweep(kept, ("gone",)), "sweep")
    assert [one.coordinates for one in study.results.missing] == [
        {"method": "IRM", "column_pacs": "P", "protocol": protocol, "trial": 1}
        for protocol in ("training-domain", "oracle")
    ]
    assert "1 run had not ended and was left out" in study.plan.about["notes"]


def test_without_the_baseline_nothing_is_claimed(write_sweep):
    sweep = read_sweep(write_sweep(datasets=["PACS"], pairs=False))
    study = imported_study(sweep, "sweep", baseline="VREx")
    assert study.plan.claims == ()
    assert "the sweep has no VREx" in study.plan.about["notes"]


def test_what_is_no_sweep_and_what_cannot_be_written(run, write_sweep, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", "--out", tmp_path / "out") == 2
    assert "holds no finished run" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert run(write_sweep(datasets=["PACS"], pairs=False), "--out", tmp_path / "file") == 3
