"""What jobs had finished before they were packed otherwise: it need not run again to be known."""

import json
from pathlib import Path

from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.lower.done_file import done_text, read_done
from heldout.compiler.plan.plan import PlannedStage, Shard


class Finished:
    """The tasks that the changed jobs of a workflow had finished.

    A job that holds only these is written down as done. Whether the store still has them is looked
    at by whoever runs the workflow, as for every job that is done.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tasks: set[str] = set()

    def remember(self, name: str) -> None:
        """What a shard that is about to change or to go, `STAGE/SHARD.json`, has finished so far."""
        try:
            done = read_done(self._folder / "done" / name)
            if done is None:
                return  # it is not done, or what it says is damaged: then it runs
            failed = {task["task"] for task in (*done["failed"], *done["blocked"])}
            shard = json.loads((self._folder / "plan" / name).read_bytes())
            self._tasks |= {task["task"] for task in shard["tasks"]} - failed
        except (OSError, ValueError, KeyError, TypeError):
            return

    def write_done(self, compiled: Compiled, changed: set[str]) -> None:
        """Write down which of the changed shards have nothing left to do."""
        if not self._tasks:
            return
        for job in compiled.plan.jobs:
            for shards in zip(*(stage.shards for stage in job), strict=True):
                names = [f"{s.name}/{shard.name}.json" for s, shard in zip(job, shards, strict=True)]
                if changed.isdisjoint(names):
                    continue
                for stage, shard, name in zip(job, shards, names, strict=True):
                    if name in changed:
                        self._write(stage, shard, compiled.expansions[stage.name].names(shard.cells))
                outputs = [self._folder / "done" / name for name in names]
                if all(path.is_file() for path in outputs):
                    # None may be older than a shard file: Snakemake would run the job.
                    ready = self._folder / "ready" / job[0].name / shards[0].name
                    ready.parent.mkdir(parents=True, exist_ok=True)
                    for path in (*outputs, ready):
                        path.touch()

    def _write(self, stage: PlannedStage, shard: Shard, tasks: list[str]) -> None:
        if not self._tasks.issuperset(tasks):
            return
        about = {"stage": stage.name, "shard": shard.name, "tasks": len(tasks)}
        done = {**about, "computed": 0, "reused": len(tasks), "failed": [], "blocked": [], "seconds": 0.0}
        events = [{"event": "start", **about}]
        events += [{"task": task, "status": "reused", "seconds": 0.0} for task in tasks]
        lines = "".join(json.dumps(event) + "\n" for event in events)
        write_if_changed(self._folder / "logs" / stage.name / f"{shard.name}.jsonl", lines)
        write_if_changed(self._folder / "done" / stage.name / f"{shard.name}.json", done_text(done))
