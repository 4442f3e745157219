import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow


def write(folder, value):
    folder.mkdir(parents=True)
    table = pa.table(
        {
            **{"stage": ["score"], "port": ["table"], "seed": [0], "metric": ["accuracy"], "value": [value]},
            **{name: pa.nulls(1, kind) for name, kind in (("step", pa.int64()), ("group", pa.string()))},
            **{"oracle": [False], "reason": pa.nulls(1, pa.string())},
        }
    )
    pq.write_table(table, folder / "results.parquet")


@pytest.fixture
def runs(spec, tmp_path):
    write(tmp_path / "results" / "my-study" / "smoke" / "report", 0.5)
    write(tmp_path / "other" / "report", 0.5000001)


@pytest.fixture
def shell(tmp_path):
    """Run `heldout compare` as a process: what it prints is the runtime's own output."""

    def run(*arguments):
        command = [Path(sys.executable).parent / "heldout", "compare", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run


def test_the_exit_code_says_whether_they_are_equal(heldout, runs, shell):
    assert heldout("compare", "other", "other/report/results.parquet").code == 0
    differing = shell("my-study.yaml", "other", "--scale", "smoke")
    assert differing.returncode == 1
    assert "score accuracy (seed 0, port table): 0.5 and 0.5000001" in differing.stdout
    assert heldout("compare", "my-study.yaml", "other", "-s", "smoke", "--tolerance", "1e-6").code == 0


def test_json_is_for_scripts(runs, shell):
    found = json.loads(shell("other", "other", "--json").stdout)
    assert (found["equal"], found["values"][0]["identical"]) == (True, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["other", "nothing"],
        ["other", "my-study.yaml"],
        ["other", "absent.yaml"],
        ["other", "other", "--tolerance", "-1"],
    ],
)
def test_bad_input_is_no_difference(heldout, runs, arguments):
    assert heldout("compare", *arguments).code == 2
