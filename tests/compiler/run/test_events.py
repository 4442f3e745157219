import json
from pathlib import Path

import pytest

from heldout.compiler.compile import Compiled
from heldout.compiler.run.events import EventReader, forget_attempts

STUDY = """
axes: {seed: {count: 3}}
stages:
  digits: {use: data/digits, angles: [0, 30]}
  model: {use: train/classifier, data: "${digits}", seed: "${seed}"}
"""


@pytest.fixture
def compiled(compiler) -> Compiled:
    return compiler(STUDY)


def event(**content: object) -> str:
    return json.dumps(content) + "\n"


def log_of(folder: Path, stage: str) -> Path:
    path = folder / "logs" / stage / "000.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def finish(folder: Path, stage: str, **content: object) -> Path:
    path = folder / "done" / stage / "000.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"stage": stage, "failed": [], "blocked": []} | content))
    return path


def test_events_are_counted_as_they_come(compiled, tmp_path):
    reader = EventReader(compiled.plan, tmp_path)
    assert reader.read()["model"].ended == 0
    log = log_of(tmp_path, "model")
    log.write_text(event(event="start") + event(status="computed", seconds=2.0) + '{"status": "comp')
    progress = reader.read()["model"]
    assert (progress.computed, progress.ended) == (1, 1)
    with log.open("a") as file:  # the rest of the line that was half-written
        file.write('uted", "seconds": 4.0}\n' + event(status="failed"))
    progress = reader.read()["model"]
    assert (progress.computed, progress.failed, progress.ended) == (2, 1, 3)
    assert progress.seconds == 6.0


def test_the_time_left_goes_by_what_was_computed(compiled, tmp_path):
    log_of(tmp_path, "model").write_text(event(event="start") + event(status="computed", seconds=2.0))
    # Two of three tasks are left, at two seconds each.
    assert EventReader(compiled.plan, tmp_path).read()["model"].seconds_left == 4.0


def test_a_new_attempt_begins_from_nothing(compiled, tmp_path):
    log = log_of(tmp_path, "model")
    log.write_text(event(event="start") + event(status="computed", seconds=1.0) * 3)
    reader = EventReader(compiled.plan, tmp_path)
    assert reader.read()["model"].ended == 3
    log.write_text(event(event="start"))
    assert reader.read()["model"].ended == 0


def test_lines_that_are_no_events_are_passed_over(compiled, tmp_path):
    bad = 'not JSON\n[]\n{"status": []}\n{"status": "computed", "seconds": "x"}\n' + "[" * 100_000 + "\n"
    log_of(tmp_path, "model").write_text(bad + event(status="reused"))
    assert EventReader(compiled.plan, tmp_path).read()["model"].reused == 1


def test_logs_of_jobs_that_are_to_run_are_no_progress(compiled, tmp_path):
    for stage in ("digits", "model"):
        log_of(tmp_path, stage).write_text(event(status="computed"))
    finish(tmp_path, "digits")
    forget_attempts(compiled.plan, tmp_path)
    progress = EventReader(compiled.plan, tmp_path).read()
    assert (progress["digits"].ended, progress["model"].ended) == (1, 0)
