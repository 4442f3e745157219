"""How failures are told: each reason once and whole, and nothing that a terminal would obey."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler.lower.done_file import done_text
from heldout.compiler.run.outcome import failures_of

HELDOUT = Path(sys.executable).parent / "heldout"
LONG = "the batch has " + "x" * 5_000 + " rows"
ESCAPES = "\x1b[31mred\x1b]0;title\x07 \x9b2J\u202e \ttab"


def failed(stage, number, message, error="ValueError"):
    return {
        "stage": stage,
        "task": f"{number:064d}",
        "coordinates": {"seed": number},
        "error": error,
        "message": message,
        "traceback": f"Traceback of {number}\n{error}: {message}\n",
    }


def test_equal_failures_are_one_and_name_the_first_of_their_tasks():
    tasks = [failed("model", number, LONG) for number in range(120)] + [failed("model", 7, "other")]
    first, second = failures_of(tasks)
    assert (first.message, len(first.tasks), first.traceback) == (LONG, 120, tasks[0]["traceback"])
    assert first.where() == "seed 0; seed 1; seed 2; and 117 more"
    assert second.where() == "seed 7"


@pytest.fixture
def with_failures(heldout, spec, tmp_path):
    """The study of `heldout new`, of which 30 models have failed, all but one in the same way."""
    heldout("plan", "my-study.yaml", "--write")
    folder = tmp_path / "results/my-study/full"
    number = 0
    for shard in sorted((folder / "plan/model").glob("*.json")):
        tasks = []
        for task in json.loads(shard.read_text())["tasks"]:
            number += 1
            said = ESCAPES if number == 1 else LONG
            tasks.append(failed("model", number, said) | {"task": task["task"]})
        done = {"stage": "model", "computed": 0, "reused": 0, "failed": tasks, "blocked": []}
        path = folder / "done/model" / shard.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(done_text(done))
    log = folder / "logs/model/000.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(f"{ESCAPES}\nend\n")
    return folder


def obeyed(text):
    return [c for c in text if not c.isprintable() and c != "\n"]


def test_logs_tell_each_reason_once_and_nothing_that_a_terminal_would_obey(heldout, with_failures):
    said = heldout("logs", "my-study.yaml", "--failed")
    assert said.out.count("Traceback") == 2 and said.out.count(LONG) == 1
    assert "== 35 tasks of model (seed 2; seed 3; seed 4; and 32 more): " in said.out
    every = heldout("logs", "my-study.yaml").out
    as_json = heldout("logs", "my-study.yaml", "--failed", "--json").out
    for text in (said.out, every, as_json):
        assert obeyed(text) == []
    assert json.loads(as_json)[0]["message"] == ESCAPES and "end" in every


def test_jobs_that_did_not_come_to_their_end_are_told(heldout, spec, tmp_path):
    heldout("plan", "my-study.yaml", "--write")
    folder = tmp_path / "results/my-study/full"
    (folder / "logs/domains").mkdir(parents=True)
    (folder / "logs/domains/000.log").write_text("ModuleNotFoundError: No module named 'near'\n")
    (folder / "logs/snakemake.log").write_text(
        "Error in rule domains:\n    log: logs/domains/000.log (check log file(s) for error details)\n"
    )
    said = heldout("logs", "my-study.yaml", "--failed").out
    assert said.startswith("no task failed; these jobs did not come to their end\n")
    assert "No module named 'near'" in said


@pytest.mark.parametrize(
    "words", ["plan my-study.yaml", "explain unknown-metric", "catalog", "status my-study.yaml", "--help"]
)
def test_a_reader_that_has_gone_ends_every_command_alike(heldout, spec, tmp_path, words):
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run([HELDOUT, *words.split()], cwd=tmp_path, stdout=writes, stderr=subprocess.PIPE)
    finally:
        os.close(writes)
    assert done.returncode == 0
    assert b"Error" not in done.stderr and b"Traceback" not in done.stderr
