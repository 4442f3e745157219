"""The design of a claim: which observations its axes make, and which cells each of them needs."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.analysis.row_keys import ROW_KEYS
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.plan.columns import Projection, at_once
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.syntax.study import level_text

Key = tuple[str, ...]  # labels of levels


@dataclass(frozen=True)
class Design:
    """What a claim rests on: cells, which stand for all steps and groups that they turn out to have.

    Attributes:
        shared: the axes that the cells of one observation share.
        compared: the axes along which they differ.
        needed: the labels on `compared` of the cells that every observation needs: of points, which are all
            combinations of several axes in one, those that the study has.
        found: by the number of an observation, row-major over `shared`, how many of these cells exist.
        texts: the labels of each axis that is shared.
    """

    shared: tuple[str, ...]
    compared: tuple[str, ...]
    needed: frozenset[Key]
    found: Mapping[int, int]
    texts: Mapping[str, tuple[str, ...]]

    @property
    def incomplete(self) -> list[Key]:
        """The observations that lack a cell."""
        lacking = [number for number, cells in self.found.items() if cells < len(self.needed)]
        columns = [self._labels(axis, lacking) for axis in self.shared]
        return list(zip(*columns, strict=True)) if columns else [()] * len(lacking)

    def units(self, cluster: str | None) -> int:
        """How many independent units there are: levels of the cluster, or observations."""
        if cluster is None or cluster not in self.shared:
            return len(self.found)
        return len(self.levels(cluster))

    def levels(self, axis: str) -> frozenset[str]:
        """The levels of an axis that the observations need; of one that they do not compare, have."""
        if axis in self.compared:
            return frozenset(key[self.compared.index(axis)] for key in self.needed)
        return frozenset(self._labels(axis, list(self.found)) if axis in self.shared else ())

    def _labels(self, axis: str, observations: Sequence[int]) -> list[str]:
        """What the level of an axis is called in some observations."""
        shape = {axis: len(self.texts[axis]) for axis in self.shared}
        numbers = Projection(shape, {axis: shape[axis]})(observations)
        return list(map(self.texts[axis].__getitem__, numbers))


class Designs:
    """The designs of a study's claims. Claims that rest on the same cells have one."""

    def __init__(self, scope: Scope, expansions: Mapping[str, StageExpansion]) -> None:
        self._scope = scope
        self._expansions = expansions
        self._known: dict[tuple[object, ...], Design] = {}

    def of(self, claim: ResolvedClaim, stage: str) -> Design:
        """The design of a claim about a metric of a stage."""
        kept_to = [claim.parameters[name] or {} for name in claim.component.referring("where")]
        where = {axis: level_texts(value) for one in kept_to for axis, value in one.items()}
        levels = _compared(self._scope, claim, where)
        where |= levels
        needed = _needed(claim, levels)
        where = {axis: texts for axis, texts in where.items() if axis not in ROW_KEYS}
        shared = tuple(axis for axis in paired_axes(claim) if axis not in ROW_KEYS)
        points = any(len(axes) > 1 for axes in compared_axes(claim).values())
        key = (stage, shared, frozenset(where.items()), tuple(levels), needed, points)
        if key not in self._known:
            self._known[key] = _design(self._expansions[stage], shared, where, tuple(levels), needed, points)
        return self._known[key]


def _design(
    expansion: StageExpansion,
    shared: tuple[str, ...],
    where: Mapping[str, frozenset[str]],
    compared: tuple[str, ...],
    needed: frozenset[Key],
    points: bool = False,
) -> Design:
    """What there is of what is needed in a stage, by the axes that an observation's cells share."""
    grid = expansion.grid
    texts = dict(zip(grid.axes, grid.texts, strict=True))
    kept = {axis: sorted(_numbers(texts[axis], allowed)) for axis, allowed in where.items()}
    at_shared, at_compared = (
        Projection(grid.shape, {axis: grid.shape[axis] for axis in axes}) for axes in (shared, compared)
    )
    width = math.prod(grid.shape[axis] for axis in compared)
    wanted = {_place(key, [texts[axis] for axis in compared]): key for key in needed}
    found: dict[int, int] = {}
    seen = set[int]()
    for cells in at_once(expansion.existing(kept)):
        for observation, place in zip(at_shared(cells), at_compared(cells), strict=True):
            one = observation * width + place
            if place in wanted and one not in seen:
                seen.add(one)
                found[observation] = found.get(observation, 0) + 1
    return Design(
        shared,
        compared,
        frozenset(wanted[one % width] for one in seen) if points else needed,
        found,
        {axis: texts[axis] for axis in shared},
    )


def paired_axes(claim: ResolvedClaim) -> tuple[str, ...]:
    """The axes of which every combination of levels is one observation of a claim."""
    named = claim.part("pair") or ()
    return (named,) if isinstance(named, str) else tuple(named)


def compared_axes(claim: ResolvedClaim) -> dict[str, tuple[str, ...]]:
    """The axes along which a claim compares, by the parameter that names them: several make points."""
    found = {name: claim.parameters[name] or () for name in claim.component.playing("compared")}
    return {name: (axes,) if isinstance(axes, str) else tuple(axes) for name, axes in found.items()}


def named_sides(claim: ResolvedClaim, among_all: bool = False) -> dict[str, list[Mapping[str, Any]]]:
    """The cells that a claim holds against each other, by the parameter that names the axis of levels.

    A level of an axis is a cell of that axis alone.

    Args:
        among_all: those that are named among all others, which the claim does not keep to.
    """
    named: dict[str, list[Mapping[str, Any]]] = {}
    for name in claim.component.referring("level"):
        refers, value = claim.component.parameters[name].refers, claim.parameters[name]
        if refers is None or refers.among_all is not among_all:
            continue
        of = refers.axis or ""
        axis = claim.parameters.get(of)
        levels = [] if value is None else value if isinstance(value, list) else [value]
        if isinstance(axis, str):
            cell = among_all and isinstance(value, Mapping)
            levels = levels if cell else [{axis: level} for level in levels]
        named.setdefault(of, []).extend(level for level in levels if isinstance(level, Mapping))
    return named


def named_levels(claim: ResolvedClaim, among_all: bool = False) -> dict[str, list[str]]:
    """By axis, what the levels are called that the parameters of a claim name, as often as they do."""
    named: dict[str, list[str]] = {}
    for cells in named_sides(claim, among_all).values():
        for cell in cells:
            for axis, level in cell.items():
                named.setdefault(axis, []).append(level_text(level))
    return named


def placed_by(claim: ResolvedClaim, axis: str) -> Mapping[str, Any] | None:
    """The field by which the levels are placed of the axis that a parameter names; None where none is."""
    for name in claim.component.referring("field"):
        refers, field = claim.component.parameters[name].refers, claim.parameters[name]
        if field is not None and refers is not None and refers.axis == axis:
            return dict(field)
    return None


def _compared(
    scope: Scope, claim: ResolvedClaim, where: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """By axis, the levels that a claim compares: those that it names, or all that it is about."""
    named: dict[str, list[str]] = {axis: [] for axes in compared_axes(claim).values() for axis in axes}
    named |= named_levels(claim)
    levels = {}
    for axis, labels in named.items():
        if axis in ROW_KEYS:
            continue
        known = frozenset(scope.axes[axis].texts())
        levels[axis] = frozenset(labels) if labels else where.get(axis, known)
    return levels


def _needed(claim: ResolvedClaim, levels: Mapping[str, frozenset[str]]) -> frozenset[Key]:
    """The labels of what an observation needs: of all combinations, those of cells that are named."""
    sides = [
        [{axis: level_text(level) for axis, level in cell.items() if axis in levels} for cell in cells]
        for cells in named_sides(claim).values()
        if cells
    ]

    def named(key: Key) -> bool:
        at = dict(zip(levels, key, strict=True))
        return all(any(cell.items() <= at.items() for cell in cells) for cells in sides)

    return frozenset(key for key in itertools.product(*levels.values()) if named(key))


def _place(key: Key, texts: Sequence[tuple[str, ...]]) -> int:
    """The number of a cell of the compared axes, row-major."""
    number = 0
    for label, known in zip(key, texts, strict=True):
        number = number * len(known) + (known.index(label) if label in known else 0)
    return number


def _numbers(texts: tuple[str, ...], allowed: frozenset[str]) -> set[int]:
    return {number for number, text in enumerate(texts) if text in allowed}
