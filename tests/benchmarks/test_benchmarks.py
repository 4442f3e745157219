"""Every benchmark works at its tiny size and reports what it must; no time is asserted.

HELDOUT_BENCHMARK_TESTS=1 chooses those that run them, some minutes of processes: a third of them in each turn
(tests/turns.py), and all with HELDOUT_BENCHMARK_TESTS=all.
"""

import functools
import importlib
import inspect
import json
import math
import os
from pathlib import Path

import pytest

from benchmarks import compile as compile_benchmark
from benchmarks import profile
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.peers import STACKS
from benchmarks.renewals import EDITS
from benchmarks.stacking import QUICK_SIZES, TRIALS
from benchmarks.tables import RowPrinter, table
from heldout.runtime.lookup import ROOT, named_files
from tests.turns import in_turn

TRIED = BENCHMARKS if os.environ.get("HELDOUT_BENCHMARK_TESTS") == "all" else in_turn(BENCHMARKS, 3)


@pytest.fixture(scope="module")
def file_of(tmp_path_factory):
    """What the file of a benchmark holds, which is run once, where it is its turn."""

    @functools.cache
    def run(name):
        path = tmp_path_factory.mktemp("benchmarks") / f"{name}.json"
        assert main([name, "--quick", "--json", str(path)]) == 0
        return json.loads(path.read_text())

    def whose_turn_it_is(name):
        if name not in TRIED:
            pytest.skip(f"it is not the turn of {name}")
        return run(name)

    return whose_turn_it_is


@pytest.fixture(scope="module")
def rows_of(file_of):
    return lambda name: file_of(name)["results"][name]


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", BENCHMARKS)
def test_its_rows_are_in_the_file(name, file_of):
    found = file_of(name)
    assert found["quick"] is True
    assert list(found["results"]) == [name]
    assert found["machine"].keys() == {"cpus", "platform", "python"}
    numbers = [n for row in found["results"][name] for n in row.values() if isinstance(n, int | float)]
    assert numbers and all(math.isfinite(n) for n in numbers)


def test_without_names_all_of_them_are_run(monkeypatch, capsys):
    ran = []
    for name in BENCHMARKS:
        module = importlib.import_module(f"benchmarks.{name}")
        monkeypatch.setattr(
            module, "run", lambda quick, name=name: iter([ran.append((name, quick)) or {"n": 1}])
        )
    assert main(["--quick"]) == 0
    assert ran == [(name, True) for name in BENCHMARKS]


@pytest.mark.benchmarks
def test_compile_counts_the_tasks_of_its_studies(rows_of):
    small, large = rows_of("compile")
    # One data set, a split a domain and seed, and a model and its score a cell of the grid.
    assert small["models"] == 2 * 1 * 2 * 1
    assert small["tasks"] == 1 + 2 * 1 + 2 * small["models"]
    assert large["models"] == 2 * 2 * 3 * 2
    assert large["tasks"] == 1 + 3 * 2 + 2 * large["models"]
    assert small["growth"] is None
    work = [row["compile_seconds"] + row["emit_seconds"] for row in (small, large)]
    assert work[1] == pytest.approx(work[0] * (large["tasks"] / small["tasks"]) ** large["growth"])


@pytest.mark.benchmarks
def test_check_counts_the_scales_of_its_specs(rows_of):
    rows = rows_of("check")
    assert [row["specs"] for row in rows] == [1, 2]
    assert all(row["scales"] > row["specs"] for row in rows)


@pytest.mark.benchmarks
def test_dry_run_measures_both_lowerings_of_one_plan(rows_of):
    sizes = compile_benchmark.run(quick=True)
    for row, compiled in zip(rows_of("dry_run"), sizes, strict=True):
        assert row["tasks"] == compiled["tasks"]
        assert row["ratio"] == pytest.approx(row["rule_per_task_seconds"] / row["seconds"])
        assert row["memory_ratio"] == pytest.approx(row["rule_per_task_peak_mb"] / row["peak_mb"])


@pytest.mark.benchmarks
def test_a_rerun_computes_nothing(rows_of):
    (row,) = rows_of("rerun")
    assert row["tasks"] == 2 * (2 * 1 * 3 * 2)  # as many scores as models
    assert row["computed"] == row["tasks"]
    assert row["rerun_jobs"] == row["rerun_computed"] == 0
    assert row["first_report_seconds"] > 0
    assert row["rerun_report_seconds"] == 0


@pytest.mark.benchmarks
def test_a_seed_more_computes_its_own_tasks_only(rows_of):
    (row,) = rows_of("add_seed")
    assert row["tasks_of_a_seed"] == 2 * (2 * 1 * 3)
    assert row["computed"] == row["tasks_of_a_seed"]
    assert row["tasks_after"] == row["tasks_before"] + row["tasks_of_a_seed"]
    assert row["everything_computed"] == row["tasks_after"]


@pytest.mark.benchmarks
def test_an_edit_renews_what_reaches_it_and_no_more_than_what_loads_its_file(rows_of):
    for row in rows_of("renewals"):
        assert 0 < row["by_definitions"] <= row["by_files"] <= row["functions"]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_every_edit_stands_in_its_file_once(edit):
    assert (ROOT / edit.file).read_text().count(edit.before) == 1


@pytest.mark.benchmarks
def test_the_bare_loop_does_the_same_training(rows_of):
    (row,) = rows_of("overhead")
    assert row["cheap_tasks"] == 2 * 1 * 3 * 1
    assert (row["models"], row["steps"]) == (2, 5)
    assert row["largest_loss_difference"] < 1e-6  # float32; the same bytes where torch is the same
    assert row["pairs"] == 2
    assert row["training_ratio_low"] <= row["training_ratio"] <= row["training_ratio_high"]
    assert row["bare_ratio_low"] <= row["bare_ratio"] <= row["bare_ratio_high"]


@pytest.mark.benchmarks
def test_pictures_are_imported_once_and_split_by_positions(rows_of):
    rows = rows_of("images")
    assert [row["pictures"] for row in rows] == [120, 240]
    assert all(row["splits"] == 6 * 4 for row in rows)
    assert all(row["folder_mb"] < row["imported_mb"] < 1.2 * row["folder_mb"] + 0.1 for row in rows)
    assert all(0 < row["walked_mb"] < row["folder_mb"] for row in rows)
    assert all(row["read"] == 2 * 10 and min(row["ratio_low"], row["cpu_ratio_low"]) > 0 for row in rows)


@pytest.mark.benchmarks
def test_stacks_train_the_same_trials(rows_of):
    rows = rows_of("stacking")
    assert [(row["trial"], row["size"]) for row in rows] == [
        (trial.name, size) for trial in TRIALS for size in QUICK_SIZES
    ]
    assert max(row["largest_loss_difference"] for row in rows) < 1e-5


@pytest.mark.benchmarks
def test_peers_and_heldout_compute_the_same_trials(rows_of):
    rows = rows_of("peers")
    assert [row["stack"] for row in rows] == [stack or "never" for stack in STACKS]
    for row in rows:
        assert row["trials"] == 2
        # The data, a split, and a model and its score a trial.
        assert row["computed"] == 1 + 1 + 2 * row["trials"]
        # A trial in each round: before, between and after the runs, of the two that there are.
        assert (row["peers"], row["compared"]) == (len(STACKS) + 1, 2)
        assert row["ratio"] == pytest.approx(row["per_minute"] / row["peers_per_minute"])
        assert row["ratio_without_report"] > row["ratio"]
        assert row["largest_difference"] < 1e-3  # where trials train as one program
    assert rows[0]["stacked"] == 0
    assert rows[0]["same_weights"] == rows[0]["compared"]
    assert rows[0]["largest_difference"] == 0


@pytest.mark.benchmarks
def test_the_parts_of_a_run_add_up_to_the_whole(rows_of):
    *parts, whole = rows_of("study")
    by_name = {row["part"].strip(): row for row in parts}
    # A data set, a split a domain, and a model for 2 methods of 2 domains. In so few steps both methods
    # give the same model, so that their scores are computed once.
    counts = {"domains": 1, "split": 2, "model": 4, "score": 2}
    assert {stage: by_name[stage]["count"] for stage in counts} == counts
    assert whole["count"] == by_name["results into the store"]["count"] == sum(counts.values())
    phases = [row for row in parts if row["wall_seconds"] is not None]
    inside = [row for row in parts if row["wall_seconds"] is None]
    assert sum(row["wall_seconds"] for row in phases) == pytest.approx(whole["wall_seconds"])
    assert sum(row["share"] for row in phases) == pytest.approx(whole["share"]) == 1
    assert sum(row["core_seconds"] for row in inside) == pytest.approx(by_name["jobs"]["core_seconds"])


def test_the_profile_of_a_study_is_tables_and_json(tmp_path, monkeypatch, capsys):
    found = profile.Profile([{"part": "jobs", "share": 0.5}, {"part": "all", "share": 1.0}], [])
    asked = []
    monkeypatch.setattr(profile, "profile", lambda *given: asked.append(given) or found)
    file = tmp_path / "profile.json"
    assert main(["profile", "--spec", "own.yaml", "--cores", "3", "--functions", "--json", str(file)]) == 0
    assert main(["profile"]) == 0
    assert asked == [(Path("own.yaml"), None, 3, True), (profile.SPEC, "small", 2, False)]
    assert json.loads(file.read_text()) == {"parts": found.parts, "functions": []}
    assert capsys.readouterr().out.splitlines()[-1].split() == ["all", "1"]


def test_an_unknown_name_is_an_error_that_names_those_there_are(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["speed"])
    assert stopped.value.code == 2
    assert "no benchmark speed; there are compile, check, dry_run" in capsys.readouterr().err


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_hands_out_its_rows_one_by_one(name):
    assert inspect.isgeneratorfunction(importlib.import_module(f"benchmarks.{name}").run)


def test_a_row_is_printed_and_in_the_file_before_the_next_is_measured(tmp_path, monkeypatch, capsys):
    file = tmp_path / "results.json"
    rows = [{"sweep": "MLP", "trials": 1000, "ratio": 22.15}, {"sweep": "CNN", "trials": 120, "ratio": None}]

    def run(quick):
        for number, row in enumerate(rows):
            if number:
                assert json.loads(file.read_text())["results"]["compile"] == rows[:number]
                assert capsys.readouterr().out.splitlines()[-1].split() == ["MLP", "1,000", "22.1"]
            yield row

    monkeypatch.setattr(compile_benchmark, "run", run)
    assert main(["compile", "--json", str(file)]) == 0
    assert json.loads(file.read_text())["results"] == {"compile": rows}
    assert capsys.readouterr().out.split() == ["CNN", "120", "-"]


@pytest.mark.slow
def test_the_cheapest_benchmark_at_its_tiny_size_prints_as_it_goes(capsys):
    # Compiling takes no torch: seconds.
    found = []
    for row in compile_benchmark.run(quick=True):
        RowPrinter()(row)
        found.append(capsys.readouterr().out.splitlines())
    assert [lines[0].split() for lines in found] == [list(row)] * 2
    assert [lines[1].split()[0] for lines in found] == ["4", "24"]


def test_wide_rows_are_a_line_a_field(capsys):
    show = RowPrinter()
    for number in range(2):
        show({f"field{i}": number for i in range(13)})
        assert capsys.readouterr().out.splitlines()[0].split() == ["field0", str(number)]


def test_the_table_of_one_row_has_a_line_a_field():
    assert table([{"tasks": 10000, "ratio": 0.5}]) == "  tasks  10,000\n  ratio     0.5\n"
    assert table([{"tasks": 1, "growth": None}, {"tasks": 20, "growth": 1.25}]) == (
        "  tasks  growth\n      1       -\n     20    1.25\n"
    )


@pytest.mark.benchmarks
def test_coverage_simulates_every_kind_of_claim_and_every_centre(rows_of):
    rows = rows_of("coverage")
    claims = {row["of"].split()[0] for row in rows if row["what"] == "claim"}
    kinds = {name.partition("/")[2] for name, _ in named_files() if name.startswith("claims/")}
    assert claims == {*kinds, "all"}  # which is no kind, and is decided by those of its tests
    intervals = {row["of"].split(",")[0] for row in rows if row["what"] == "interval"}
    assert {"mean", "median", "iqm", "mean of a table"} <= intervals
    assert all(0 <= row["share"] <= 1 for row in rows)
    assert all((row["contradicted"] is None) == (row["what"] == "interval") for row in rows)


@pytest.mark.benchmarks
def test_studies_in_one_run_compute_what_they_compute_one_by_one(rows_of):
    (row,) = rows_of("suite")
    # The first: one data set, 2 splits, 2 models and their scores. The second has these and 4 tasks more.
    assert (row["studies"], row["tasks"], row["tasks_alone"]) == (2, 11, 11)
    assert row["ratio"] == pytest.approx(row["alone_cpu_seconds"] / row["cpu_seconds"])
