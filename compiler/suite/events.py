"""What the jobs of a suite say of themselves while they run."""

from collections.abc import Mapping
from dataclasses import dataclass

from heldout.compiler.run.events import EventReader, Progress, StageProgress

SHOWN = 2  # studies that are named


@dataclass(frozen=True)
class SuiteProgress(Progress):
    """How far a suite has come: its stages are those of all studies, called `STUDY/STAGE`."""

    @property
    def working_on(self) -> str:
        """How many studies have all their tasks, and some of those that have begun."""
        ended, tasks = dict[str, int](), dict[str, int]()
        for name, stage in self.stages.items():
            study = name.split("/")[0]
            ended[study] = ended.get(study, 0) + stage.ended
            tasks[study] = tasks.get(study, 0) + stage.tasks
        done = sum(ended[study] == tasks[study] for study in tasks)
        begun = [study for study in tasks if 0 < ended[study] < tasks[study]]
        more = f" and {len(begun) - SHOWN} more" if len(begun) > SHOWN else ""
        named = f": {', '.join(begun[:SHOWN])}{more}" if begun else ""
        return f"{done} of {len(tasks)} studies{named}"


class SuiteEvents:
    """Reads the event logs of several workflows."""

    def __init__(self, readers: Mapping[str, EventReader]) -> None:
        """Begin.

        Args:
            readers: of the workflows, by study.
        """
        self._readers = readers

    def progress(self, at_once: int, running: bool = True) -> SuiteProgress:
        """How far the studies have come.

        Args:
            at_once: how many jobs run at a time.
            running: whether any does.
        """
        stages: dict[str, StageProgress] = {}
        for study, reader in self._readers.items():
            stages |= {f"{study}/{name}": stage for name, stage in reader.read().items()}
        starting = [reader.starting for reader in self._readers.values()] if running else []
        return SuiteProgress(stages, at_once, running, starting[0] if starting and all(starting) else "")
