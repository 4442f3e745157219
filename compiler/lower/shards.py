"""The shard files: what one job runs, task by task."""

import json
from collections.abc import Iterator
from pathlib import Path

from compiler.compile import Compiled
from compiler.plan.cells import Cell, Grid
from compiler.plan.expand import StageExpansion, canonical
from compiler.plan.plan import PlannedStage, Shard


def shard_files(compiled: Compiled) -> Iterator[tuple[str, str]]:
    """Every shard file of a plan: its path below `plan/`, and its text."""
    for stage in compiled.plan.stages:
        coordinates = _Coordinates(compiled.expansions[stage.name].grid)
        for shard in stage.shards:
            yield f"{stage.name}/{shard.name}.json", _shard_text(compiled, stage, shard, coordinates)


def _shard_text(compiled: Compiled, stage: PlannedStage, shard: Shard, coordinates: "_Coordinates") -> str:
    expansion = compiled.expansions[stage.name]
    head = {
        "heldout": 1,
        "study": compiled.study.name,
        "stage": stage.name,
        "shard": shard.name,
        "operator": stage.operator,
        "digest": expansion.operator.digest,
        "network": expansion.operator.network,
        "operators": [f"operators/{Path(name).name}" for name in compiled.operator_files],
    }
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
        f'"components":{text.components},"inputs":{text.inputs}}}'
    )


def needs_text(compiled: Compiled) -> str:
    """The jobs that each job waits for: by stage and shard, the ready files of others."""
    needs = {
        stage.name: {
            shard.name: [f"ready/{name}/{other}" for name, other in shard.needs] for shard in stage.shards
        }
        for stage in compiled.plan.stages
    }
    return json.dumps(needs, indent=1) + "\n"
