"""The design of a claim: which observations its axes make, and which cells each of them needs."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.syntax.study import level_text

Key = tuple[str, ...]  # labels of levels


@dataclass(frozen=True)
class Design:
    """What a claim rests on.

    Attributes:
        shared: the axes that the cells of one observation share.
        compared: the axes along which they differ.
        needed: the labels on `compared` of the cells that every observation needs.
        found: by the labels on `shared`, those of the cells that exist.
    """

    shared: tuple[str, ...]
    compared: tuple[str, ...]
    needed: frozenset[Key]
    found: Mapping[Key, frozenset[Key]]

    @property
    def incomplete(self) -> list[Key]:
        """The observations that lack a cell."""
        return [key for key, cells in self.found.items() if cells != self.needed]

    def units(self, cluster: str | None) -> int:
        """How many independent units there are: levels of the cluster, or observations."""
        if cluster is None or cluster not in self.shared:
            return len(self.found)
        return len({key[self.shared.index(cluster)] for key in self.found})

    def levels(self, axis: str) -> frozenset[str]:
        """The levels of an axis that the observations need; of one that they do not compare, have."""
        if axis in self.compared:
            return frozenset(key[self.compared.index(axis)] for key in self.needed)
        if axis in self.shared:
            return frozenset(key[self.shared.index(axis)] for key in self.found)
        return frozenset()


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
        shared = paired_axes(claim)
        key = (stage, shared, frozenset(where.items()), tuple(levels.items()))
        if key not in self._known:
            self._known[key] = _design(self._expansions[stage], shared, where, levels)
        return self._known[key]


def _design(
    expansion: StageExpansion,
    shared: tuple[str, ...],
    where: Mapping[str, frozenset[str]],
    levels: Mapping[str, frozenset[str]],
) -> Design:
    """What there is of these levels in a stage, by the axes that an observation's cells share."""
    grid = expansion.grid
    position = {axis: i for i, axis in enumerate(grid.axes)}
    kept = {position[a]: _numbers(grid.texts[position[a]], allowed) for a, allowed in where.items()}
    ranges = [sorted(kept[i]) if i in kept else range(size) for i, size in enumerate(grid.sizes)]
    compared = tuple(levels)
    at_shared, at_compared = ([position[a] for a in axes] for axes in (shared, compared))
    found: dict[tuple[int, ...], set[tuple[int, ...]]] = {}
    for cell in itertools.product(*ranges):
        if expansion.ids[grid.flat(cell)] is not None:
            key = tuple([cell[at] for at in at_shared])
            found.setdefault(key, set()).add(tuple([cell[at] for at in at_compared]))

    def texts(at: list[int], numbers: tuple[int, ...]) -> Key:
        return tuple(grid.texts[i][number] for i, number in zip(at, numbers, strict=True))

    return Design(
        shared,
        compared,
        frozenset(itertools.product(*levels.values())),
        {
            texts(at_shared, key): frozenset(texts(at_compared, cell) for cell in cells)
            for key, cells in found.items()
        },
    )


def paired_axes(claim: ResolvedClaim) -> tuple[str, ...]:
    """The axes of which every combination of levels is one observation of a claim."""
    named = claim.part("pair") or ()
    return (named,) if isinstance(named, str) else tuple(named)


def named_levels(claim: ResolvedClaim) -> dict[str, list[str]]:
    """By axis, what the levels are called that the parameters of a claim name, as often as they do."""
    named: dict[str, list[str]] = {}
    for name in claim.component.referring("level"):
        refers, value = claim.component.parameters[name].refers, claim.parameters[name]
        axis = claim.parameters[refers.axis] if refers is not None and refers.axis is not None else None
        if axis is not None:
            named.setdefault(axis, []).extend(map(level_text, value if isinstance(value, list) else [value]))
    return named


def _compared(
    scope: Scope, claim: ResolvedClaim, where: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """By axis, the levels that a claim compares: those that it names, or all that it is about."""
    axes = [claim.parameters[name] for name in claim.component.playing("compared")]
    named: dict[str, list[str]] = {axis: [] for axis in axes if axis is not None}
    named |= named_levels(claim)
    levels = {}
    for axis, labels in named.items():
        known = frozenset(scope.axes[axis].texts())
        levels[axis] = frozenset(labels) if labels else where.get(axis, known)
    return levels


def _numbers(texts: tuple[str, ...], allowed: frozenset[str]) -> set[int]:
    return {number for number, text in enumerate(texts) if text in allowed}
