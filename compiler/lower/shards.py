"""The shard files: what one job runs, task by task."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from heldout.compiler.compile import Compiled
from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cells import Grid
from heldout.compiler.plan.columns import Column
from heldout.compiler.plan.plan import PlannedStage, Shard

Coordinates = Callable[[Sequence[int]], list[str]]  # of cells, as canonical JSON without its braces


def shard_files(compiled: Compiled) -> Iterator[tuple[str, str]]:
    """Every shard file of a plan: its path below `plan/`, and its text."""
    for stage in compiled.plan.stages:
        coordinates = _coordinates(compiled.expansions[stage.name].grid)
        for shard in stage.shards:
            yield f"{stage.name}/{shard.name}.json", _shard_text(compiled, stage, shard, coordinates)


def shard_text(compiled: Compiled, stage: PlannedStage, shard: Shard) -> str:
    """The text of one shard file."""
    return _shard_text(compiled, stage, shard, _coordinates(compiled.expansions[stage.name].grid))


def _shard_text(compiled: Compiled, stage: PlannedStage, shard: Shard, coordinates: Coordinates) -> str:
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
    if expansion.stage.resources.spread is not None:
        head["spread"] = expansion.stage.resources.spread
    if expansion.stage.resources.of_a_task:
        head["resources"] = expansion.stage.resources.of_a_task
    # One line a task; its parts are canonical JSON already.
    parts = zip(
        expansion.names(shard.cells), coordinates(shard.cells), expansion.texts(shard.cells), strict=True
    )
    tasks = ",\n".join(
        f'{{"task":"{task}","coordinates":{{{where}}},"parameters":{text.parameters},'
        f'"components":{text.components},"libraries":{text.libraries},"inputs":{text.inputs}}}'
        for task, where, text in parts
    )
    return f'{json.dumps(head, indent=1)[:-2]},\n "tasks": [\n{tasks}\n]}}\n'


def _coordinates(grid: Grid) -> Coordinates:
    """What writes the coordinates of cells as canonical JSON, every label once only."""
    columns = [Column(grid.shape, [axis], partial(_coordinate, grid, axis)) for axis in sorted(grid.axes)]
    if not columns:
        return lambda cells: [""] * len(cells)
    return lambda cells: list(map(",".join, zip(*(column.at(cells) for column in columns), strict=True)))


def _coordinate(grid: Grid, axis: str, at: Mapping[str, int]) -> str:
    return f"{canonical(axis)}:{canonical(grid.label(axis, at[axis]))}"


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
