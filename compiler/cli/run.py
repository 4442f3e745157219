"""`heldout run`: compile a study, run its workflow, and say what came out."""

import fcntl
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from compiler.cli.events import EventReader, done_files
from compiler.cli.lock import refuse_drift
from compiler.cli.progress import follow
from compiler.cli.terminal import FAILED, INVALID, MISSING, out, print_json, say, stop
from compiler.cli.workspace import (
    RESULTS,
    STORE,
    Json,
    Results,
    Scale,
    Spec,
    StorePath,
    Workspace,
    runtime_environment,
)

VERDICT_STYLES = {"supported": "green", "contradicted": "red", "undecided": "yellow", "untested": "dim"}


def register(application: typer.Typer) -> None:
    settings = {"allow_extra_args": True, "ignore_unknown_options": False}
    application.command(context_settings=settings)(run)


def run(
    context: typer.Context,
    spec: Spec,
    scale: Scale = None,
    cores: Annotated[
        int, typer.Option("--cores", "-c", min=1, help="Jobs that run at once.")
    ] = os.cpu_count() or 1,
    results: Results = RESULTS,
    store: StorePath = STORE,
    retry: Annotated[bool, typer.Option("--retry", help="Run the tasks again that failed.")] = False,
    as_json: Json = False,
) -> None:
    """Run a study: what the store lacks is computed, and the report is written.

    What follows `--` goes to Snakemake: -n shows what would run, --executor slurm runs on a cluster.

    Examples:

      heldout run specs/domain-generalization/rotated-digits.yaml --scale small

      heldout run my-study.yaml -- --executor slurm --jobs 50
    """
    workspace = Workspace.open(spec, scale, results, store, as_json)
    if importlib.util.find_spec("torch") is None:
        stop("the runtime is not installed", MISSING, "install it with `pip install 'heldout[runtime]'`")
    refuse_drift(workspace)
    folder = workspace.folder
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one(folder):
        if not store.exists():
            _forget_done(folder)  # done files speak of a store that is gone
        workspace.emit()
        if retry:
            _retry(workspace)
        code = _snakemake(workspace, cores, context.args)
        if {"-n", "--dry-run", "--dryrun"} & set(context.args):
            raise typer.Exit(code and FAILED)
        raise typer.Exit(_conclude(workspace, code, as_json))


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the workflow's folder; a second run of it would write the same done files."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            stop(f"another run of {folder} is under way", INVALID, "wait for it, or end it by its process id")
        yield


def _forget_done(folder: Path) -> None:
    for path in folder.glob("done/*/*.json"):
        path.unlink()


def _retry(workspace: Workspace) -> None:
    """Let the jobs run again whose tasks failed, or were blocked by others that did."""
    for done in done_files(workspace.compiled.plan, workspace.folder):
        if done["failed"] or done["blocked"]:
            done["path"].unlink()


def _snakemake(workspace: Workspace, cores: int, extra: list[str]) -> int:
    """Run Snakemake on the workflow; its own output goes to a log, unless only a dry run is asked for."""
    folder = workspace.folder
    command = [sys.executable, "-m", "snakemake", "--snakefile", "Snakefile", "--workflow-profile", "profile"]
    # Our own lock ends with the process; Snakemake's would outlive a killed run.
    command += ["--cores", str(cores), "--nolock", *extra]
    environment = {**runtime_environment(), "PYTHONUNBUFFERED": "1"}
    if {"-n", "--dry-run", "--dryrun"} & set(extra):
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    log = folder / "logs" / "snakemake.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    events = EventReader(workspace.compiled.plan, folder)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            follow(process, events, cores)
        except KeyboardInterrupt:
            say("stopping: what is finished stays; running tasks save their checkpoints", style="yellow")
            _stop_jobs(process)
            raise
    return process.returncode


def _stop_jobs(process: subprocess.Popen[bytes], patience: float = 30.0) -> None:
    """Ask Snakemake's whole session to end, and wait; what is left after that is killed."""
    os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _conclude(workspace: Workspace, code: int, as_json: bool) -> int:
    """Say what came out; the exit code of the run."""
    folder = workspace.folder
    done = done_files(workspace.compiled.plan, folder)
    failed = [task | {"stage": d["stage"]} for d in done for task in d["failed"]]
    blocked = sum(len(d["blocked"]) for d in done)
    verdicts = _verdicts(folder) if code == 0 else []
    page = folder / "report" / "index.html"
    if as_json:
        print_json(
            {
                "study": workspace.compiled.study.name,
                "folder": folder.as_posix(),
                "snakemake": code,
                "computed": sum(d["computed"] for d in done),
                "reused": sum(d["reused"] for d in done),
                "failed": [
                    {k: t[k] for k in ("stage", "task", "coordinates", "error", "message")} for t in failed
                ],
                "blocked": blocked,
                "verdicts": verdicts,
                "report": page.as_posix() if page.is_file() else None,
            }
        )
    else:
        _say_verdicts(verdicts)
        for task in failed[:5]:
            where = ", ".join(f"{axis} {level}" for axis, level in task["coordinates"].items())
            say(f"failed: {task['stage']} ({where}): {task['error']}: {task['message'][:200]}", style="red")
        if failed or blocked:
            more = f"{len(failed)} tasks failed and {blocked} could not run without them"
            say(f"{more}: `heldout logs {workspace.compiled.study.file} --failed` shows why")
        if code != 0:
            _say_log(folder)
        elif page.is_file():
            say(f"report: {page}")
    return FAILED if code != 0 or failed or blocked else 0


def _verdicts(folder: Path) -> list[dict[str, object]]:
    try:
        found = json.loads((folder / "report" / "verdicts.json").read_bytes())
    except (OSError, ValueError):
        return []
    return list(found["claims"] if isinstance(found, dict) else found)


def _say_verdicts(verdicts: list[dict[str, object]]) -> None:
    for verdict in verdicts:
        name = str(verdict["verdict"])
        out.print(f"{name:>12}", style=VERDICT_STYLES.get(name), end="  ")
        out.print(str(verdict["says"]), markup=False)


def _say_log(folder: Path) -> None:
    """Show why Snakemake failed: the ends of the logs of the jobs that did, else of its own."""
    log = folder / "logs" / "snakemake.log"
    text = log.read_text(errors="replace")
    named = dict.fromkeys(re.findall(r"log: (\S+) \(check log file", text))
    found = [path for name in named if (path := folder / name).is_file() and path.stat().st_size]
    for path in found[:3] or [log]:
        say(f"the end of {path}:", style="red")
        for line in path.read_text(errors="replace").splitlines()[-15:]:
            say(f"  {line}")
    if found:
        say(f"Snakemake's own log: {log}", style="dim")
