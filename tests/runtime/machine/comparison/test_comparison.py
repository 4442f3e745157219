import argparse
import json
import math

import pyarrow as pa
import pytest

from heldout.runtime.artifacts.columns import write_columns
from heldout.runtime.machine.comparison.command import add_arguments, main
from heldout.runtime.machine.comparison.comparison import compare_results, find_results

VALUES = {(0, "erm"): 0.5, (0, "coral"): 0.625, (15, "erm"): 0.25, (15, "coral"): 0.375}


def write(path, values, missing=(), **more):
    cells = [*values, *missing]
    number = len(values)
    write_columns(
        pa.table(
            {
                "stage": ["score"] * len(cells),
                "port": pa.array(["table"] * number + [None] * len(missing), pa.string()),
                "held_out": [cell[0] for cell in cells],
                "method": [cell[1] for cell in cells],
                "metric": pa.array(["accuracy"] * number + [None] * len(missing), pa.string()),
                "value": pa.array([*values.values(), *[None] * len(missing)], pa.float64()),
                "step": pa.nulls(len(cells), pa.int64()),
                "group": pa.nulls(len(cells), pa.string()),
                "oracle": pa.array([False] * number + [None] * len(missing)),
                "reason": pa.array([None] * number + ["failed"] * len(missing), pa.string()),
            }
        ),
        path,
    )
    return path


@pytest.fixture
def first(tmp_path):
    return write(tmp_path / "a.parquet", VALUES)


def test_the_same_values_in_another_order_are_equal(first, tmp_path):
    found = compare_results(first, write(tmp_path / "b.parquet", dict(reversed(VALUES.items()))))
    assert found.equal
    (line,) = found.lines
    assert (line.stage, line.metric, line.counts) == ("score", "accuracy", {"identical": 4})


def test_a_tolerance_is_relative_above_one_and_absolute_below(first, tmp_path):
    second = write(tmp_path / "b.parquet", VALUES | {(0, "erm"): 0.5 + 1e-6})
    assert compare_results(first, second, 1e-5).lines[0].counts == {"within": 1, "identical": 3}
    found = compare_results(first, second, 1e-7)
    assert not found.equal
    (one,) = found.differences
    assert (one.cell, one.a, one.b) == ({"held_out": 0, "method": "erm", "port": "table"}, 0.5, 0.5 + 1e-6)
    assert found.lines[0].largest == pytest.approx(1e-6)
    large = [write(tmp_path / f"{name}.parquet", {(0, "erm"): v}) for name, v in (("c", 1e6), ("d", 1e6 + 1))]
    assert compare_results(*large, 1e-5).equal
    assert not compare_results(*large, 1e-7).equal


def test_what_one_run_lacks(first, tmp_path):
    less = {cell: value for cell, value in VALUES.items() if cell != (15, "erm")}
    declared = write(tmp_path / "b.parquet", less, missing=[(15, "erm")])
    unknown = write(tmp_path / "c.parquet", less)
    for second in (declared, unknown):
        found = compare_results(first, second)
        assert [one.state for one in found.differences] == ["only in A"]
        assert math.isinf(found.differences[0].size)
        assert [one.state for one in compare_results(second, first).differences] == ["only in B"]
    both = compare_results(declared, declared)
    assert both.equal
    assert both.count("missing in both") == 1


def test_nan_equals_nan_and_nothing_else(tmp_path):
    runs = [write(tmp_path / f"{v}.parquet", {(0, "erm"): v}) for v in (math.nan, math.inf, 1.0)]
    for a in range(3):
        for b in range(3):
            assert compare_results(runs[a], runs[b], tolerance=0.5).equal is (a == b)


def test_results_are_found_in_every_kind_of_folder(first, tmp_path):
    report = tmp_path / "study" / "report"
    report.mkdir(parents=True)
    write(report / "results.parquet", VALUES)
    found = report / "results.parquet"
    assert find_results(tmp_path / "study") == find_results(report) == find_results(found) == found
    with pytest.raises(ValueError, match="there are no results in"):
        find_results(tmp_path / "nothing")


@pytest.fixture
def run(capsys):
    parser = argparse.ArgumentParser()
    add_arguments(parser)

    def call(*arguments):
        code = main(parser.parse_args([str(one) for one in arguments]))
        return code, *capsys.readouterr()

    return call


def test_the_command_says_what_differs(run, first, tmp_path):
    second = write(tmp_path / "b.parquet", VALUES | {(15, "coral"): 0.5})
    code, _, said = run(first, first)
    assert (code, said) == (0, f"note: both are the same file, {first}: this compares a run with itself\n")
    code, out, _ = run(first, second)
    assert code == 1
    assert "different: 1 value" in out
    assert "score accuracy (held_out 15, method coral, port table): 0.375 and 0.5" in out
    code, out, _ = run(first, second, "--json")
    found = json.loads(out)
    assert (code, found["equal"], found["values"][0]["different"]) == (1, False, 1)
    assert found["differences"][0]["b"] == 0.5


def test_bad_input_is_told_from_a_difference(run, first, tmp_path):
    (tmp_path / "no.parquet").write_text("no")
    write_columns(pa.table({"a": [1]}), tmp_path / "other.parquet")
    for arguments, said in (
        ((first, tmp_path / "none"), "there are no results"),
        ((first, tmp_path / "no.parquet"), "cannot be read as Parquet"),
        ((first, tmp_path / "other.parquet"), "it has no column stage"),
        ((first, first, "--tolerance", "-1"), "a tolerance is 0 or more"),
    ):
        code, _, err = run(*arguments)
        assert code == 2
        assert said in err
