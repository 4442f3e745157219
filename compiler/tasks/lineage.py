"""The lineage of a result: every task that it came from, and what the store has recorded of each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heldout.compiler.compile import Compiled
from heldout.compiler.plan.cells import Cell
from heldout.compiler.store.index import records_of

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Ancestor:
    """A task behind a result, or the result's own.

    Attributes:
        task: its identity.
        stage: that has it; the first where several share it.
        coordinates: of its cell there.
        operator: that it calls.
        digest: of the operator's source.
        parameters: all of them.
        chosen: those that are not at the operator's defaults.
        components: digests of the components that its parameters choose.
        libraries: major and minor version of every library that its code takes from.
        inputs: by port: `{"task", "port"}` with `metric` where one number is read, a list of these, or None.
        record: what the store has of it; None where it has nothing.
    """

    task: str
    stage: str
    coordinates: Mapping[str, object]
    operator: str
    digest: str
    parameters: Mapping[str, Any]
    chosen: Mapping[str, Any]
    components: Mapping[str, str]
    libraries: Mapping[str, str]
    inputs: Mapping[str, Any]
    record: Record | None

    @property
    def reads(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every input that there is, with the port it is given to."""
        for port, given in sorted(self.inputs.items()):
            for one in given if isinstance(given, list) else [given]:
                if one is not None:
                    yield port, one

    def json(self) -> dict[str, Any]:
        """For scripts: the task as the plan has it, and of its record what the plan does not say."""
        about = {key: value for key, value in vars(self).items() if key != "record"}
        spent = ("seconds", "cpu_seconds", "peak_rss_mb", "peak_gpu_mb", "finished")
        own = (*spent, "environment", "stack", "missing", "same_as")
        recorded = {key: self.record[key] for key in own if key in self.record} if self.record else {}
        return {**about, "stored": self.record is not None, **recorded}


def lineage(compiled: Compiled, store: Path, task: str) -> dict[str, Ancestor]:
    """A task of a study and all tasks that it came from, itself first.

    Args:
        compiled: the study.
        store: of artifacts.
        task: one of the study's.
    """
    cells = _cells(compiled)
    found = {task: None}
    waiting = [task]
    while waiting:
        stage, cell = cells[waiting.pop()]
        expansion = compiled.expansions[stage]
        new = [one for one in expansion.reads[expansion.grid.flat(cell)] if one not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    records = records_of(store, found.keys())
    return {one: _ancestor(compiled, one, *cells[one], records.get(one)) for one in found}


def _cells(compiled: Compiled) -> dict[str, tuple[str, Cell]]:
    """A stage and a cell of every task."""
    found: dict[str, tuple[str, Cell]] = {}
    for stage, expansion in compiled.expansions.items():
        for cell, task in expansion.cells():
            found.setdefault(task, (stage, cell))
    return found


def _ancestor(compiled: Compiled, task: str, stage: str, cell: Cell, record: Record | None) -> Ancestor:
    expansion = compiled.expansions[stage]
    text = expansion.text(cell)
    parameters = json.loads(text.parameters)
    known = expansion.operator.parameters
    return Ancestor(
        task=task,
        stage=stage,
        coordinates=expansion.grid.labels(cell),
        operator=expansion.stage.use,
        digest=expansion.operator.digest,
        parameters=parameters,
        chosen={name: value for name, value in parameters.items() if value != known[name].default},
        components=json.loads(text.components),
        libraries=json.loads(text.libraries),
        inputs=json.loads(text.inputs),
        record=record,
    )
