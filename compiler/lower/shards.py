"""The shard files: what one job runs, task by task."""

import json
from collections.abc import Iterator

from heldout.compiler.compile import Compiled
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cells import Cell, Grid
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.plan import PlannedStage, Shard


def shard_files(compiled: Compiled) -> Iterator[tuple[str, str]]:
    """Every shard file of a plan: its path below `plan/`, and its text."""
    for stage in compiled.plan.stages:
        coordinates = _Coordinates(compiled.expansions[stage.name].grid)
        for shard in stage.shards:
            yield f"{stage.name}/{shard.name}.json", _shard_text(compiled, stage, shard, coordinates)


def _shard_text(compiled: Compiled, stage: PlannedStage, shard: Shard, coordinates: "_Coordinates") -> str:
    expansion = compiled.expansions[stage.name]
    head: dict[str, object] = {
        "heldout": 1,
        "study": compiled.study.name,
        "stage": stage.name,
        "shard": shard.name,
        "operator": stage.operator,
        "digest": expansion.operator.digest,
        "network": expansion.operator.network,
        "operators": [f"operators/{name}" for name in compiled.operator_files],
    }
    if expansion.stage.resources.stack is not None:
        head["stack"] = expansion.stage.resources.stack
    tasks = ",\n".join(_task_text(expansion, flat, coordinates) for flat in shard.cells)
    return f'{json.dumps(head, indent=1)[:-2]},\n "tasks": [\n{tasks}\n]}}\n'


class _Coordinates:
    """The coordinates of cells as canonical JSON, every label of which is written once only."""

    def __init__(self, grid: Grid) -> None:
        self._axes = sorted(zip(grid.axes, range(len(grid.axes)), strict=True))
        self._grid = grid
        self._texts: dict[tuple[int, int], str] = {}

    def text(self, cell: Cell) -> str:
        return "{" + ",".join([self._label(axis, i, cell) for axis, i in self._axes]) + "}"

    def _label(self, axis: str, position: int, cell: Cell) -> str:
        key = (position, cell[position])
        text = self._texts.get(key)
        if text is None:
            label = self._grid.labels(cell)[axis]
            text = self._texts[key] = f"{canonical(axis)}:{canonical(label)}"
        return text


def _task_text(expansion: StageExpansion, flat: int, coordinates: _Coordinates) -> str:
    """One line a task; its parts are canonical JSON already."""
    cell = expansion.grid.cell(flat)
    text = expansion.text(cell)
    where = coordinates.text(cell)
    return (
        f'{{"task":"{expansion.ids[flat]}","coordinates":{where},"parameters":{text.parameters},'
        f'"components":{text.components},"libraries":{text.libraries},"inputs":{text.inputs}}}'
    )


def needs_text(compiled: Compiled) -> str:
    """The jobs that each job waits for: by stage and shard, the ready files of others.

    A stage that runs in the jobs of another waits for the one with its own shard.
    """
    lead = {stage.name: stage.lead for stage in compiled.plan.stages}
    needs: dict[str, dict[str, list[str]]] = {stage.name: {} for stage in compiled.plan.stages}
    for job in compiled.plan.jobs:
        for shards in zip(*(stage.shards for stage in job), strict=True):
            name, shard = job[0].name, shards[0].name
            others = {(lead[stage], other) for part in shards for stage, other in part.needs}
            first, *rest = job
            needs[first.name][shard] = [f"ready/{n}/{o}" for n, o in sorted(others - {(name, shard)})]
            for stage in rest:
                needs[stage.name][shard] = [f"ready/{name}/{shard}"]
    return json.dumps(needs, indent=1) + "\n"
