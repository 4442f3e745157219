"""Where a study's files are: a compiled study, the folder of its workflow, its store and its lock."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.images import Pins
from heldout.compiler.launch.launch import Launch
from heldout.compiler.launch.own_data import own_data, places_text
from heldout.compiler.lock import Lock, read_lock
from heldout.compiler.lower.emit import emit
from heldout.compiler.plan.cost import Timings, timings_of
from heldout.compiler.plan.packing import Expansions, Packing, Target, pack, parse_packing
from heldout.compiler.run.done import forget_lost
from heldout.compiler.run.file_times import set_right
from heldout.compiler.run.origin import refuse_other_spec, remember_spec
from heldout.compiler.run.source import Source
from heldout.compiler.store.check import sound_tasks
from heldout.compiler.store.index import stored_records
from heldout.compiler.syntax.study import AS_IT_STANDS

RESULTS = Path("results")
STORE = Path(".heldout/store")


@dataclass(frozen=True)
class Workspace:
    """A compiled study and its folders.

    Attributes:
        folder: of the workflow.
        spec: the file that the folder belongs to; None where it is nobody else's anyway.
        data: where own data lie, by their checksums; None: where the study says.
    """

    compiled: Compiled
    folder: Path
    store: Path
    lock: Lock | None
    spec: Path | None = None
    data: Mapping[str, Path] | None = None

    @classmethod
    def open(
        cls,
        spec: Path,
        scale: str | None = None,
        results: Path = RESULTS,
        store: Path = STORE,
        target: Target | None = None,
        repack: bool = False,
        timings: Callable[[], Timings] | None = None,
    ) -> "Workspace":
        """Compile a spec.

        Args:
            spec: the file.
            scale: of the study, or None: as it stands.
            results: where the workflow's folder is.
            store: of artifacts.
            target: of jobs; by default what the workflow was written for.
            repack: learn from the store how long tasks take, also where the workflow was written before.
            timings: what the store's tasks took, where somebody has read that; None: it is read here.

        Raises:
            Refusal: the spec cannot be read or has mistakes, or its lock is damaged.
        """

        def packer(study: str, expansions: Expansions) -> Packing:
            kept = _packing_of(results / study / (scale or AS_IT_STANDS))
            wanted = target or (kept.target if kept is not None else None)
            known = partial(stored_timings, store) if timings is None else lambda _: timings()
            return pack(expansions, wanted, None if repack else kept, known)

        compiled = Source.read(spec).compile(scale, packer)
        folder = results / compiled.study.name / (scale or AS_IT_STANDS)
        return cls(compiled, folder, store, read_lock(spec, scale), spec)

    def refuse_other_spec(self) -> None:
        """Refuse a folder that holds the results of another spec.

        Raises:
            Refusal: it does.
        """
        if self.spec is not None:
            refuse_other_spec(self.spec, self.folder)

    def emit(
        self,
        pins: Pins,
        launch: Launch | None = None,
        *,
        thorough: bool = False,
        sound: Set[str] | None = None,
    ) -> None:
        """Write the study's workflow into its folder; jobs whose results are lost are to run again.

        Args:
            pins: what the names of images stand for.
            launch: how its jobs are started; None: as they were before.
            thorough: look also for damage in large results that no missing task reads.
            sound: the tasks whose results the store has, sound; None: it is looked at here.

        Raises:
            Refusal: the folder holds the results of another spec.
        """
        self.refuse_other_spec()
        pin = pins.get(self.compiled.study.image)
        emit(self.compiled, self.folder, self.store, self.lock, launch, pin)
        if self.spec is not None:
            remember_spec(self.spec, self.folder)
        data = self.data
        if data is None:
            data = {one.sha256: one.path for one in own_data(self.compiled.scope)}
        if data:
            write_if_changed(self.folder / "data.json", places_text(data, self.folder))
        set_right(self.folder)
        if sound is None:
            sound = sound_tasks([self.compiled], self.store, thorough=thorough)
        forget_lost(self.compiled, self.folder, sound)


def _packing_of(folder: Path) -> Packing | None:
    """The packing that a workflow was written with, where it was."""
    try:
        return parse_packing((folder / "plan" / "packing.json").read_bytes())
    except OSError:
        return None


def stored_timings(store: Path, operators: Set[str] | None = None) -> Timings:
    """What a store's tasks took."""
    return timings_of(stored_records(store, operators))
