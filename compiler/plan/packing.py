"""The packing: how many tasks of each stage one job holds, fixed when a workflow is first written.

What a store's timings say changes while a study runs. The answer that a workflow was written with is
kept beside its plan, so that no job of a finished study changes because a timing came in.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, get_args

from heldout.compiler.plan.canonical import canonical
from heldout.compiler.plan.cost import Cost, Source, Timings, stage_cost
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.tasks import NO_TASK

# A stage shorter than so many full jobs is cut into so many, so that a few cores all have work …
SPLIT = 4
# … but into none shorter than this part of a full one: each pays for a start of Python.
SHORTEST = 1 / 12


@dataclass(frozen=True)
class Target:
    """What jobs are aimed at.

    Attributes:
        job_seconds: of work that one job should hold.
        max_jobs: of one stage; beyond, jobs become longer.
    """

    job_seconds: float = 60.0
    max_jobs: int = 500


@dataclass(frozen=True)
class StagePacking:
    """How one stage is packed.

    Attributes:
        basis: a hash of all that its cost depends on; another basis, and it is packed anew.
        tasks_per_job: by that cost; a job holds more where the stage would have too many jobs.
    """

    basis: str
    cost: Cost
    tasks_per_job: int


@dataclass(frozen=True)
class Packing:
    target: Target
    stages: Mapping[str, StagePacking]


Expansions = Mapping[str, StageExpansion]
Packer = Callable[[str, Expansions], Packing]  # from the name of a study and its stages


def pack(
    expansions: Expansions,
    target: Target | None = None,
    kept: Packing | None = None,
    timings: Callable[[frozenset[str]], Timings] = lambda operators: {},
) -> Packing:
    """Pack every stage: as it was kept where that still holds, else by what tasks cost.

    Args:
        expansions: of the study.
        target: of jobs; by default that of the packing that was kept.
        kept: the packing that the workflow was written with.
        timings: what the store's tasks of some operators took; asked only where a stage is new.
    """
    target = target or (kept.target if kept is not None else Target())
    old = kept.stages if kept is not None and kept.target == target else {}
    bases = {name: _basis(expansion) for name, expansion in expansions.items()}
    new = {name for name, basis in bases.items() if name not in old or old[name].basis != basis}
    known = timings(frozenset(expansions[name].stage.use for name in new)) if new else {}
    stages = {}
    for name, expansion in expansions.items():
        if name in new:
            cost = stage_cost(expansion, known)
            tasks = len({*expansion.numbers} - {NO_TASK})
            stages[name] = StagePacking(bases[name], cost, tasks_per_job(cost, tasks, target))
        else:
            stages[name] = old[name]
    return Packing(target, stages)


def pack_by_hints(study: str, expansions: Expansions) -> Packing:
    """The packing of a study that nothing is known of but its spec."""
    return pack(expansions)


def tasks_per_job(cost: Cost, tasks: int, target: Target) -> int:
    """How many tasks one job holds."""
    seconds = min(target.job_seconds, max(target.job_seconds * SHORTEST, tasks * cost.seconds / SPLIT))
    return max(1, round(seconds / cost.seconds))


def _basis(expansion: StageExpansion) -> str:
    about = {
        "operator": expansion.stage.use,
        "digest": expansion.operator.digest,
        "constants": expansion.constants(),
        "declared": expansion.stage.resources.seconds,
    }
    return hashlib.sha256(canonical(about).encode()).hexdigest()[:16]


def packing_text(packing: Packing) -> str:
    """`plan/packing.json`."""
    stages = {
        name: {
            "basis": stage.basis,
            "seconds": stage.cost.seconds,
            "from": stage.cost.source,
            "tasks": stage.cost.tasks,
            "by": stage.cost.by,
            "tasks_per_job": stage.tasks_per_job,
        }
        for name, stage in packing.stages.items()
    }
    return json.dumps({"heldout": 1, **vars(packing.target), "stages": stages}, indent=1) + "\n"


def parse_packing(data: bytes) -> Packing | None:
    """What `packing_text` wrote; None where it is something else: then the study is packed anew."""
    try:
        content = json.loads(data)
        target = Target(float(content["job_seconds"]), int(content["max_jobs"]))
        stages = {name: _stage_packing(stage) for name, stage in content["stages"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    whole = all(0 < s.cost.seconds < inf and s.tasks_per_job > 0 for s in stages.values())
    return Packing(target, stages) if whole and 0 < target.job_seconds < inf and target.max_jobs > 0 else None


def _stage_packing(stage: Mapping[str, Any]) -> StagePacking:
    source: Source = stage["from"]
    if source not in get_args(Source):
        raise ValueError(source)
    cost = Cost(float(stage["seconds"]), source, int(stage["tasks"]), str(stage["by"]))
    return StagePacking(str(stage["basis"]), cost, int(stage["tasks_per_job"]))
