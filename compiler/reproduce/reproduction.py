"""What of an archive is computed again, what that costs, and what comes out beside what was archived."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from heldout.compiler.archive import contents
from heldout.compiler.archive.catalogs import in_words
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled, recompile
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.compile import Compiled
from heldout.compiler.files import num_bytes_below, write_if_changed
from heldout.compiler.images import Pins
from heldout.compiler.launch.registry import NONE
from heldout.compiler.refusal import Failed
from heldout.compiler.reproduce.again import Again
from heldout.compiler.reproduce.archived import (
    ArchivedPlan,
    ArchivedTask,
    archived_plan,
    archived_tasks,
    timings_of_archive,
)
from heldout.compiler.reproduce.compared import Compared
from heldout.compiler.reproduce.comparison import Row, cells_to_compare, other_environment, verdicts_beside
from heldout.compiler.reproduce.data import Given, located
from heldout.compiler.reproduce.folder import Folder
from heldout.compiler.reproduce.jobs import report_again, run_again
from heldout.compiler.reproduce.price import StagePrice, price_of
from heldout.compiler.reproduce.selection import PlannedCell, Selection, planned_cells, restricted, select
from heldout.compiler.run.runtime import Bounds, call_runtime
from heldout.compiler.store.index import stored_records, stored_tasks


@dataclass(frozen=True)
class Wanted:
    """What is to be computed again.

    Attributes:
        claim: only what is behind this one.
        cells: only so many, drawn at random, and what is behind them.
        seed: of the draw.
        tolerance: within which values agree, also where a stage asks for less.
        run_operators: the archive's own operator files may be read here, which runs them.
        data: by the name of a stage, files and folders with what it reads of its author's.
    """

    claim: str | None = None
    cells: int | None = None
    seed: int = 0
    tolerance: float = 0.0
    run_operators: bool = False
    data: Given = field(default_factory=dict)


@dataclass(frozen=True)
class Reproduction:
    """What of an archive is computed again, and what it is compared with.

    Attributes:
        compiled: the study with the chosen tasks alone.
        tasks: that were archived, and
        plan: by which they were.
        data: where the study's own data lie here, by their checksums.
    """

    folder: Folder
    wanted: Wanted
    recompiled: Recompiled
    chosen: Selection
    compiled: Compiled
    tasks: Mapping[str, ArchivedTask]
    plan: ArchivedPlan
    data: Mapping[str, Path]

    @classmethod
    def of(cls, archive: Archive, folder: Folder, wanted: Wanted) -> "Reproduction":
        """Choose what to compute.

        Args:
            archive: whose files have been unpacked.
            folder: into this one.
            wanted: what of it.

        Raises:
            ArchiveRefused: its spec, catalog or lock has mistakes.
            UnknownClaim: the study makes no such claim.
            Refusal: data that it reads are not given, or are others.
        """
        workflow, store = folder.whole, folder.whole_store
        recompiled = recompile(archive, folder.archived, workflow, store, wanted.run_operators)
        if recompiled.different:
            names = in_words(recompiled.different)
            raise ArchiveRefused(
                "wrong-format", f"its catalog says of {names} what is not so by their digests"
            )
        tasks = archived_tasks(folder.archived)
        chosen = select(recompiled.compiled, wanted.claim, wanted.cells, wanted.seed)
        compiled = restricted(recompiled.compiled, chosen.tasks, timings_of_archive(tasks))
        plan = archived_plan(folder.archived)
        stages = {name for name, one in compiled.expansions.items() if any(one.ids)}
        data = located(compiled.scope, stages, wanted.data)
        return cls(folder, wanted, recompiled, chosen, compiled, tasks, plan, data)

    @cached_property
    def cells(self) -> list[PlannedCell]:
        """The chosen tasks as jobs compute them."""
        return list(planned_cells(self.compiled))

    @property
    def moved(self) -> int:
        """Tasks that the archived plan and that of the archived spec do not share."""
        return len({task for each in self.plan.tasks.values() for task in each} ^ self.chosen.everything)

    @property
    def price(self) -> tuple[StagePrice, ...]:
        """What it costs, by what the archived tasks took."""
        return price_of(self.compiled, self.recompiled.compiled, self.cells, self.tasks)

    @property
    def there(self) -> int:
        """Chosen tasks that an earlier attempt has computed already."""
        return len(self.chosen.tasks & stored_tasks(self.folder.store))

    def compute(self, again: Again, pins: Pins) -> Compared:
        """Compute the chosen tasks, and compare what comes out with what was archived.

        Args:
            again: the study that is computed.
            pins: with the image that jobs run in; none without containers.

        Raises:
            Refusal: the jobs cannot be started as asked.
            Failed: what came out cannot be compared.
        """
        log = run_again(again, pins)
        # Kinds of artifact of the archive's own are compared where its operators run.
        own = self.compiled.operator_files if again.conditions.containers == NONE else ()
        rows = self._agreement(own)
        self.folder.combine(self.chosen.tasks)
        report_again(again, pins)
        then = (self.tasks[task].environment for task in self.chosen.tasks & self.tasks.keys())
        now = (record.get("environment", {}) for record in stored_records(self.folder.store))
        report = self.folder.whole / contents.REPORT
        return Compared(
            tasks=len(self.chosen.tasks),
            of=len(self.chosen.everything),
            drawn=len(self.chosen.drawn) if self.wanted.cells is not None else None,
            moved=self.moved,
            rows=tuple(rows),
            verdicts=verdicts_beside(self.folder.archived, report, self.wanted.claim),
            environment=tuple(other_environment(then, now)),
            log=log,
        )

    def _agreement(self, operator_files: Sequence[str]) -> list[Row]:
        """How the cells stand, by the runtime; all of them are in cells.csv and cells.parquet too."""
        folder, tolerance = self.folder, self.wanted.tolerance
        cells = cells_to_compare(self.compiled, self.cells, self.plan, self.tasks, folder.store, tolerance)
        asked = folder.root / "asked.json"
        write_if_changed(asked, json.dumps(cells) + "\n")
        options = ["--cells", asked, "--kept", folder.archived / contents.STORE, "--store", folder.store]
        for name in operator_files:
            options += ["--operators", folder.workflow / "operators" / name]
        options += ["--done", folder.workflow / "done", "--out", folder.root]
        bounds = Bounds.to_read(
            num_bytes_below(folder.archived / contents.STORE) + num_bytes_below(folder.store)
        )
        if call_runtime("agreement", *options, bounds=bounds) != 0:
            raise Failed("the results could not be compared")
        return list(json.loads((folder.root / "cells.json").read_bytes()))
