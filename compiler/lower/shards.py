"""The shard files: what one job runs, task by task."""

import json
from collections.abc import Iterator
from pathlib import Path

from compiler.compile import Compiled
from compiler.plan.expand import StageExpansion, canonical
from compiler.plan.plan import PlannedStage, Shard


def shard_files(compiled: Compiled) -> Iterator[tuple[str, str]]:
    """Every shard file of a plan: its path below `plan/`, and its text."""
    for stage in compiled.plan.stages:
        expansion = compiled.expansions[stage.name]
        for shard in stage.shards:
            yield f"{stage.name}/{shard.name}.json", _shard_text(compiled, stage, expansion, shard)


def _shard_text(compiled: Compiled, stage: PlannedStage, expansion: StageExpansion, shard: Shard) -> str:
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
    tasks = ",\n".join(_task_text(expansion, flat) for flat in shard.cells)
    return f'{json.dumps(head, indent=1)[:-2]},\n "tasks": [\n{tasks}\n]}}\n'


def _task_text(expansion: StageExpansion, flat: int) -> str:
    """One line a task; its parts are canonical JSON already."""
    cell = expansion.grid.cell(flat)
    text = expansion.text(cell)
    coordinates = canonical(expansion.grid.labels(cell))
    return (
        f'{{"task":"{expansion.ids[flat]}","coordinates":{coordinates},"parameters":{text.parameters},'
        f'"components":{text.components},"inputs":{text.inputs}}}'
    )


def needs_text(compiled: Compiled) -> str:
    """The jobs that each job waits for: by stage and shard, the done files of others."""
    needs = {
        stage.name: {
            shard.name: [f"done/{name}/{other}.json" for name, other in shard.needs] for shard in stage.shards
        }
        for stage in compiled.plan.stages
    }
    return json.dumps(needs, indent=1) + "\n"
