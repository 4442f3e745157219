import json
import os

from heldout.compiler.run.outcome import done_times, logs_of_failure, read_outcome
from heldout.compiler.run.workspace import Workspace

FAILED = {
    "task": "f" * 64,
    "coordinates": {"seed": 0},
    "error": "ValueError",
    "message": "no",
    "traceback": "…",
}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def done(stage, **counts):
    return {"stage": stage, "computed": 0, "reused": 0, "failed": [], "blocked": []} | counts


def test_what_this_run_computed_and_what_was_there(spec):
    workspace = Workspace.open(spec)
    folder = workspace.folder
    write(folder / "done/domains/000.json", done("domains", computed=1))
    write(folder / "done/split/000.json", done("split", computed=4, reused=2))
    before = done_times(workspace.compiled.plan, folder)
    path = write(folder / "done/split/000.json", done("split", computed=4, reused=2))
    os.utime(path, ns=(0, before[path] + 1))
    write(folder / "done/model/000.json", done("model", computed=11, failed=[FAILED]))
    write(folder / "done/score/000.json", done("score", computed=11, blocked=[FAILED]))
    write(folder / "report/verdicts.json", [{"verdict": "supported", "says": "so", "observations": [1]}])
    page = write(folder / "report/index.html", "")
    outcome = read_outcome(workspace, 0, before)
    assert (outcome.computed, outcome.reused) == (4 + 11 + 11, 2 + 1)
    assert [(task["stage"], task["error"]) for task in outcome.failed] == [("model", "ValueError")]
    assert (outcome.blocked, outcome.page, outcome.complete) == (1, page, False)
    said = outcome.json()
    assert said["verdicts"] == [{"verdict": "supported", "says": "so"}]
    assert "traceback" not in said["failed"][0]
    assert read_outcome(workspace, 1, before).verdicts == (), "of a report that may be of an earlier run"


def test_the_logs_of_jobs_that_failed(tmp_path):
    said = """\
Error in rule model:
    log: logs/model/000.log, logs/score/000.log (check log file(s) for error details)
Error in rule split:
    log: logs/split/000.log (check log file(s) for error details)
"""
    write(tmp_path / "logs/snakemake.log", said)
    model, score = (write(tmp_path / f"logs/{stage}/000.log", "why") for stage in ("model", "score"))
    write(tmp_path / "logs/split/000.log", "")
    os.utime(model, (10, 10))
    os.utime(score, (20, 20))
    assert logs_of_failure(tmp_path) == [score], "the stage that the job came to; an empty log says nothing"
    write(tmp_path / "logs/snakemake.log", "nothing of jobs")
    assert logs_of_failure(tmp_path) == []
