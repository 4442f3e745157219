"""The done files of a workflow's jobs: read, and removed where a job has to run again."""

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.lower.done_file import read_done
from heldout.compiler.plan.plan import Plan

Done = Mapping[str, Any]


def done_files(plan: Plan, folder: Path) -> list[dict[str, Any]]:
    """The done files of a plan's jobs that there are and that are whole, each with its `path`."""
    paths = (done_path(folder, stage.name, shard.name) for stage in plan.stages for shard in stage.shards)
    return [done | {"path": path} for path in paths if (done := read_done(path)) is not None]


def every_done(folder: Path) -> list[dict[str, Any]]:
    """The done files of a workflow's folder that are whole, whatever plan they are of."""
    paths = sorted((folder / "done").glob("*/*.json"))
    return [done for path in paths if (done := read_done(path)) is not None]


def done_path(folder: Path, stage: str, shard: str) -> Path:
    """Where the done file of a shard lies."""
    return folder / "done" / stage / f"{shard}.json"


def forget_lost(compiled: Compiled, folder: Path, stored: Set[str]) -> None:
    """Remove the done files of jobs that have to run again.

    Of those whose results the store no longer has; those that are damaged, by which nobody knows what
    became of their tasks; and those that name tasks as blocked though nothing that these read has failed,
    as when it could not be read for a moment.

    Args:
        compiled: the study.
        folder: of its workflow.
        stored: the tasks whose results the store has, sound.
    """
    without: set[str] = set()  # tasks that have no result, and a reason for it
    for stage in compiled.plan.stages:
        expansion = compiled.expansions[stage.name]
        for shard in stage.shards:
            path = done_path(folder, stage.name, shard.name)
            done = read_done(path)
            if done is None:
                path.unlink(missing_ok=True)
                continue
            failed = {task["task"] for task in done["failed"]}
            blocked = {task["task"] for task in done["blocked"]}
            tasks = expansion.names(shard.cells)
            explained = {
                task
                for task, cell in zip(tasks, shard.cells, strict=True)
                if task in blocked and not without.isdisjoint(expansion.reads[cell])
            }
            if {*tasks} - failed - explained <= stored:
                without |= failed | explained
            else:
                path.unlink()


def forget_failed(plan: Plan, folder: Path) -> None:
    """Remove the done files of jobs with tasks that failed or were blocked by others that did.

    They run again then.
    """
    for done in done_files(plan, folder):
        if done["failed"] or done["blocked"]:
            done["path"].unlink()
