"""How far a study has come."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.run.done import done_files
from heldout.compiler.run.events import EventReader
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.index import stored_tasks


@dataclass(frozen=True)
class StageStatus:
    """How far a stage has come.

    Attributes:
        stored: tasks whose results the store has.
        blocked: tasks that could not run without others that failed.
    """

    stage: str
    tasks: int
    stored: int
    failed: int
    blocked: int
    jobs: int
    jobs_done: int


@dataclass(frozen=True)
class Status:
    """How far a study has come.

    Attributes:
        folder: of its workflow.
        page: of its report, where there is one.
        seconds_left: of one core, at the rate seen so far.
    """

    folder: Path
    stages: tuple[StageStatus, ...]
    page: Path | None
    seconds_left: float

    @property
    def failed(self) -> int:
        """Tasks that failed, or were blocked by others that did."""
        return sum(stage.failed + stage.blocked for stage in self.stages)

    @property
    def left(self) -> int:
        """Tasks that are still to run."""
        return sum(stage.tasks - stage.stored for stage in self.stages) - self.failed

    def json(self) -> dict[str, Any]:
        """For scripts."""
        page = self.page.as_posix() if self.page is not None else None
        stages = [vars(stage) for stage in self.stages]
        return {"folder": self.folder.as_posix(), "stages": stages, "report": page}


def status_of(workspace: Workspace) -> Status:
    """How far a study has come, by its store and by what its jobs wrote."""
    plan, folder = workspace.compiled.plan, workspace.folder
    stored, done = stored_tasks(workspace.store), done_files(plan, folder)
    stages = []
    for stage in plan.stages:
        names = workspace.compiled.expansions[stage.name].names
        own = [one for one in done if one["stage"] == stage.name]
        stages.append(
            StageStatus(
                stage=stage.name,
                tasks=stage.tasks,
                stored=sum(task in stored for shard in stage.shards for task in names(shard.cells)),
                failed=sum(len(one["failed"]) for one in own),
                blocked=sum(len(one["blocked"]) for one in own),
                jobs=len(stage.shards),
                jobs_done=len(own),
            )
        )
    page = folder / "report" / "index.html"
    left = EventReader(plan, folder).progress(at_once=1).seconds_left
    return Status(folder, tuple(stages), page if page.is_file() else None, left)
