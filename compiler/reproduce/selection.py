"""Which cells of a study are computed again: all, those behind a claim, or some drawn at random."""

import random
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from heldout.compiler.analysis.cells import cells_of
from heldout.compiler.analysis.claims import ResolvedClaim, tests_of
from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.catalog import Catalog
from heldout.compiler.compile import Compiled, reads_of
from heldout.compiler.diagnostics import nearest
from heldout.compiler.plan.cost import Timings
from heldout.compiler.plan.packing import pack
from heldout.compiler.plan.plan import make_plan
from heldout.compiler.refusal import Refusal


class UnknownClaim(Refusal):
    """The study makes no such claim."""


@dataclass(frozen=True)
class Selection:
    """Tasks to compute again.

    Attributes:
        tasks: all of them, with all that they are computed from.
        drawn: those that were asked for; the others are there for them.
        everything: all tasks of the study.
    """

    tasks: frozenset[str]
    drawn: frozenset[str]
    everything: frozenset[str]


def select(
    compiled: Compiled, claim: str | None = None, cells: int | None = None, seed: int = 0
) -> Selection:
    """The tasks to compute again.

    Args:
        compiled: the study.
        claim: its cells only, and what they are computed from.
        cells: so many of them, drawn at random: of the claim, else of the stages that claims read.
        seed: of the draw.

    Raises:
        UnknownClaim: the study makes no such claim.
    """
    everything = frozenset(task for each in compiled.expansions.values() for _, task in each.cells())
    if claim is None and cells is None:
        return Selection(everything, everything, everything)
    found = [one for one in compiled.claims if claim in (None, one.name)]
    if claim is not None and not found:
        known = [one.name for one in compiled.claims]
        raise UnknownClaim(f"the study makes no claim `{claim}`", nearest(claim, known))
    wanted = list(dict.fromkeys(task for one in tests_of(found) for task in cells_of_claim(compiled, one)))
    if cells is not None:
        pool = wanted or sorted(everything)
        wanted = random.Random(seed).sample(pool, min(cells, len(pool)))
    return Selection(with_ancestors(compiled, wanted), frozenset(wanted), everything)


def cells_of_claim(compiled: Compiled, claim: ResolvedClaim) -> Iterator[str]:
    """The tasks that a claim reads: of its metrics' stages, at the levels that it names."""
    levels = _levels(compiled.catalog, claim)
    for stage in sorted(set(_stages(claim.parameters)), key=list(compiled.expansions).index):
        expansion = compiled.expansions[stage]
        for cell, task in expansion.cells():
            labels = expansion.grid.labels(cell)
            if all(level_texts(labels[axis]) <= kept for axis, kept in levels if axis in labels):
                yield task


def _stages(value: Any) -> Iterator[str]:
    """The stages whose metrics stand somewhere in a claim's parameters."""
    if isinstance(value, Mapping) and {"stage", "port", "metric"} <= value.keys():
        yield value["stage"]
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _stages(inner)


def _levels(catalog: Catalog, claim: ResolvedClaim) -> list[tuple[str, Set[str]]]:
    """By axis, the levels that a claim keeps to; an axis may stand there twice."""
    named: dict[str, set[str]] = {}
    kept: list[tuple[str, Set[str]]] = []
    for name, parameter in catalog.claims[claim.kind].parameters.items():
        value, refers = claim.parameters.get(name), parameter.refers
        if refers is None or value is None or refers.among_all:
            continue
        if refers.to == "level" and cells_of(value):
            for cell in cells_of(value):
                for one, level in cell.items():
                    named.setdefault(one, set()).update(level_texts(level))
        elif refers.to == "level":
            axis = claim.parameters.get(refers.axis or "")
            named.setdefault(str(axis), set()).update(level_texts(value))
        elif refers.to == "where":
            kept += [(str(axis), level_texts(among)) for axis, among in value.items()]
    return [*named.items(), *kept]


def with_ancestors(compiled: Compiled, tasks: Iterable[str]) -> frozenset[str]:
    """Tasks together with all that they are computed from."""
    reads = reads_of([compiled])
    found: set[str] = set()
    waiting = list(tasks)
    while waiting:
        task = waiting.pop()
        if task not in found:
            found.add(task)
            waiting += reads[task]
    return frozenset(found)


def restricted(compiled: Compiled, tasks: Set[str], timings: Timings) -> Compiled:
    """Before: a compiled study. After: the same with these tasks only, packed anew.

    Args:
        compiled: the study.
        tasks: to keep, with all that they read.
        timings: of tasks, by which they are packed.
    """
    expansions = {name: one.only(tasks) for name, one in compiled.expansions.items()}
    packing = pack(expansions, timings=lambda operators: timings)
    return replace(compiled, expansions=expansions, plan=make_plan(expansions, packing))


@dataclass(frozen=True)
class PlannedCell:
    """A task as a job computes it.

    Attributes:
        coordinates: of the first cell that has it.
    """

    stage: str
    task: str
    coordinates: Mapping[str, Any]


def planned_cells(compiled: Compiled) -> Iterator[PlannedCell]:
    """The tasks of a plan, each once, in its order."""
    for stage in compiled.plan.stages:
        expansion = compiled.expansions[stage.name]
        for flat in sorted(flat for shard in stage.shards for flat in shard.cells):
            task = expansion.ids[flat]
            assert task is not None
            yield PlannedCell(stage.name, task, expansion.grid.labels(expansion.grid.cell(flat)))
