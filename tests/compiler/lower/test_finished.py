"""Jobs that were packed otherwise: what was finished is known to be, what was not runs."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from heldout.compiler.compile import Compiled
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.packing import Target, pack
from heldout.compiler.plan.plan import make_plan


def packed(compiled: Compiled, seconds: float) -> Compiled:
    """The study with jobs of so many seconds."""
    plan = make_plan(compiled.expansions, pack(compiled.expansions, Target(seconds)))
    return replace(compiled, plan=plan)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "workflow"


def finish(folder, failed=()):
    """Leave what jobs leave that have finished, with some tasks failed."""
    for path in (folder / "plan").glob("*/*.json"):
        tasks = [task["task"] for task in json.loads(path.read_text())["tasks"]]
        failures = [{"task": t} for t in tasks if t in failed]
        done = {"stage": path.parent.name, "failed": failures, "blocked": []}
        for at, text in ((folder / "done", json.dumps(done)), (folder / "ready", "")):
            place = at / path.relative_to(folder / "plan")
            place = place.with_suffix("") if at.name == "ready" else place
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)


def done(folder):
    return {path.relative_to(folder / "done").as_posix() for path in (folder / "done").glob("*/*.json")}


def jobs(compiled):
    return {f"{s.name}/{shard.name}.json" for s in compiled.plan.stages for shard in s.shards}


def test_what_was_finished_is_done_in_another_packing_too(study, folder, tmp_path):
    short, long = packed(study(), 60), packed(study(), 2000)
    assert jobs(short) != jobs(long)
    emit(short, folder, tmp_path / "store")
    finish(folder)
    emit(long, folder, tmp_path / "store")
    assert done(folder) == jobs(long)
    for name in jobs(long):
        told = json.loads((folder / "done" / name).read_text())
        tasks = json.loads((folder / "plan" / name).read_text())["tasks"]
        if "reused" in told:
            assert (told["tasks"], told["computed"], told["reused"]) == (len(tasks), 0, len(tasks))
            events = (folder / "logs" / name).with_suffix(".jsonl").read_text().splitlines()
            assert len(events) == 1 + len(tasks)
    ready = {path.relative_to(folder / "ready").as_posix() for path in (folder / "ready").glob("*/*")}
    assert ready == {f"{job[0].name}/{shard.name}" for job in long.plan.jobs for shard in job[0].shards}


def test_a_job_with_a_task_that_failed_or_never_ran_runs(study, folder, tmp_path):
    short, long = packed(study(), 60), packed(study(), 2000)
    model = short.expansions["model"]
    emit(short, folder, tmp_path / "store")
    never, bad = short.plan.stages[2].shards[0], short.plan.stages[2].shards[-1]
    finish(folder, failed={model.ids[flat] for flat in bad.cells})
    (folder / "done" / "model" / f"{never.name}.json").unlink()
    emit(long, folder, tmp_path / "store")
    wanting = {*never.cells, *bad.cells}
    runs = {f"model/{s.name}.json" for s in long.plan.stages[2].shards if wanting & set(s.cells)}
    assert runs and jobs(long) - done(folder) == runs


def test_damaged_done_files_are_no_word_of_anything(study, folder, tmp_path):
    short, long = packed(study(), 60), packed(study(), 2000)
    emit(short, folder, tmp_path / "store")
    finish(folder)
    for path in (folder / "done").glob("model/*.json"):
        path.write_text("{")
    emit(long, folder, tmp_path / "store")
    assert not [name for name in done(folder) if name.startswith("model/")]


def test_nothing_is_written_where_nothing_was_finished(study, folder, tmp_path):
    emit(packed(study(), 60), folder, tmp_path / "store")
    emit(packed(study(), 2000), folder, tmp_path / "store")
    assert not (folder / "done").exists() and not (folder / "logs").exists()


def test_snakemake_runs_nothing_of_what_was_finished_but_the_report(study, folder, tmp_path):
    short, long = packed(study(), 60), packed(study(), 2000)
    emit(short, folder, tmp_path / "store")
    finish(folder)
    emit(long, folder, tmp_path / "store")
    command = [sys.executable, "-m", "snakemake", "-n", "--cores", "1", "--workflow-profile", "profile"]
    told = subprocess.run([*command, "--quiet", "rules"], cwd=folder, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    lines = [line.split() for line in (told.stdout + told.stderr).splitlines()]
    counts = {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}
    assert counts == {"study_report": 1, "all": 1, "total": 2}
