"""The parts of a job, as one file."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.runtime.machine.execute import command
from heldout.runtime.machine.execute.parts import read_parts
from heldout.runtime.machine.execute.shard import PlanError

ROOT = Path(__file__).parents[3]


def test_a_file_of_parts_names_what_each_shard_writes(bench, tmp_path):
    first, second = bench.tasks("number", [{"value": 1}]), bench.tasks("number", [{"value": 2}])
    parts = []
    for name, tasks in (("one", first), ("two", second)):
        shard = bench.shard("number", tasks).rename(bench.folder / f"{name}.json")
        files = {"shard": shard, "done": tmp_path / name / "done.json"}
        files |= {"events": tmp_path / name / "events.jsonl", "log": tmp_path / name / "job.log"}
        parts.append({key: str(path) for key, path in files.items()})
        (tmp_path / name).mkdir()
        (tmp_path / name / "job.log").write_text("of an earlier run\n")
    path = tmp_path / "parts.json"
    path.write_text(json.dumps(parts))
    assert [part.done for part in read_parts(path)] == [
        tmp_path / "one/done.json",
        tmp_path / "two/done.json",
    ]
    words = [sys.executable, "-m", "heldout.runtime", "run", "--store", bench.root, "--parts", path]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    for name in ("one", "two"):
        done = json.loads((tmp_path / name / "done.json").read_text())
        assert (done["tasks"], done["computed"]) == (1, 1)
        assert len((tmp_path / name / "events.jsonl").read_text().splitlines()) == 2
        log = (tmp_path / name / "job.log").read_text()
        assert "1 computed" in log and "of an earlier run" not in log


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "are none"),
        ("{", "are not what the compiler writes"),
        ('[{"shard": "a.json"}]', "are not what the compiler writes"),
        ('[{"shard": "a.json", "done": "b", "more": "c"}]', "are not what the compiler writes"),
        ('[{"shard": 1, "done": "b"}]', "are not what the compiler writes"),
    ],
)
def test_what_is_no_list_of_parts_is_refused(tmp_path, text, said):
    path = tmp_path / "parts.json"
    path.write_text(text)
    with pytest.raises(PlanError, match=said):
        read_parts(path)
    with pytest.raises(PlanError, match="cannot be read"):
        read_parts(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--parts", "a", "--shard", "b"], "--parts names the shards already"),
        ([], "name what to run"),
        (["--shard", "a", "b", "--done", "c"], "--done needs a file for each --shard"),
        (["--shard", "a", "--done", "c", "--log", "d", "e"], "--log needs a file for each --shard"),
    ],
)
def test_arguments_that_do_not_go_together(capsys, arguments, said):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.main(parser.parse_args(["--store", "s", *arguments])) == command.PLAN_REFUSED
    assert said in capsys.readouterr().err
