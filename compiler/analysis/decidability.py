"""Check that claims can be decided: their cells exist, and are enough to reach the claim's alpha."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.analysis.claims import ResolvedClaim, resolve_claims
from compiler.analysis.scope import Scope
from compiler.diagnostics import Diagnostic
from compiler.plan.expand import StageExpansion
from compiler.syntax.study import Claim

Key = tuple[str, ...]  # labels of the levels that the cells of a pair share


def check_decidable(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """Some result could support every claim. Changes nothing.

    The rule `sign-flip`: of n independent units no sign-flip test gives a p-value below 2^-n. The
    units are the levels of `cluster`, or the pairs where the claim names none.
    """
    for claim, resolved in zip(scope.study.claims, resolve_claims(scope), strict=True):
        component = scope.catalog.claims[claim.kind]
        metric, pair = resolved.parameters.get("metric"), resolved.parameters.get("pair")
        if component.smallest_p == "sign-flip" and isinstance(metric, dict) and pair:
            levels = _compared(scope, resolved)
            pairs = _pairs(expansions[metric["stage"]], resolved.parameters, levels)
            yield from _missing_cells(claim, resolved.parameters, pairs, levels) or _units(
                claim, resolved.parameters, pairs
            )


def _compared(scope: Scope, claim: ResolvedClaim) -> set[str]:
    """The levels that a claim compares: those that it names, or all of its axis; none without an axis."""
    axis = claim.parameters.get("axis")
    if axis is None:
        return set()
    described = scope.catalog.claims[claim.kind].parameters.items()
    named = [claim.parameters[n] for n, p in described if p.refers is not None and p.refers.to == "level"]
    labels = {str(label) for value in named for label in (value if isinstance(value, list) else [value])}
    return labels or {str(label) for label in scope.axes[axis].labels()}


def _pairs(expansion: StageExpansion, parameters: Mapping[str, Any], levels: set[str]) -> dict[Key, set[str]]:
    """By the labels that a pair shares, the compared levels whose cells exist."""
    where = {
        axis: {str(label) for label in (value if isinstance(value, list) else [value])}
        for axis, value in (parameters.get("where") or {}).items()
    }
    if levels:
        compared = str(parameters["axis"])
        where[compared] = levels & where.get(compared, levels)
    else:
        compared = None
    grid = expansion.grid
    position = {axis: i for i, axis in enumerate(grid.axes)}
    kept = [
        (position[axis], _numbers(grid.texts[position[axis]], allowed)) for axis, allowed in where.items()
    ]
    pair = [position[axis] for axis in parameters["pair"]]
    found: dict[tuple[int, ...], set[int]] = {}
    for cell, _ in expansion.cells():
        if all(cell[at] in allowed for at, allowed in kept):
            level = cell[position[compared]] if compared is not None else 0
            found.setdefault(tuple([cell[at] for at in pair]), set()).add(level)
    names = grid.texts[position[compared]] if compared is not None else ("",)
    return {
        tuple(grid.texts[at][number] for at, number in zip(pair, key, strict=True)): {
            names[n] for n in numbers
        }
        for key, numbers in found.items()
    }


def _numbers(texts: tuple[str, ...], allowed: set[str]) -> set[int]:
    return {number for number, text in enumerate(texts) if text in allowed}


def _missing_cells(
    claim: Claim, parameters: Mapping[str, Any], pairs: Mapping[Key, set[str]], levels: set[str]
) -> list[Diagnostic]:
    if not pairs:
        hint = "its levels never meet: look at `when` and `exclude`"
        return [
            Diagnostic("unpaired", f"the claim `{claim.name}` has no cell to test", claim.kind_span, hint)
        ]
    lone = [key for key, found in pairs.items() if levels and found != levels]
    if not lone or parameters.get("missing") == "drop":
        return []
    first = ", ".join(f"{axis} {label}" for axis, label in zip(parameters["pair"], lone[0], strict=True))
    message = (
        f"{len(lone)} of {len(pairs)} pairs of the claim `{claim.name}` lack a cell, the first at {first}"
    )
    hint = "restrict the claim with `where`, or let the stage run there"
    return [Diagnostic("unpaired", message, claim.kind_span, hint)]


def _units(claim: Claim, parameters: Mapping[str, Any], pairs: Mapping[Key, set[str]]) -> list[Diagnostic]:
    cluster, alpha = parameters.get("cluster"), float(parameters["alpha"])
    names = list(parameters["pair"])
    units = {key[names.index(cluster)] for key in pairs} if cluster in names else set(pairs)
    what = f"levels of `{cluster}`" if cluster in names else "pairs"
    sides = 2 if parameters.get("sides") == "two" else 1
    if parameters.get("test") == "t":
        smallest, needed = (1.0, 2) if len(units) < 2 else (0.0, 2)
    else:
        smallest, needed = sides * 2.0 ** -len(units), math.ceil(math.log2(sides / alpha)) if alpha > 0 else 0
    if smallest <= alpha:
        return []
    message = (
        f"with {len(units)} {what} no result could support the claim `{claim.name}`:"
        f" p is at least {smallest:.3g}, and alpha is {alpha:g}"
    )
    hint = f"it needs {needed} {what}: add levels to pair over" if needed else "alpha must be above zero"
    return [Diagnostic("undecidable", message, claim.kind_span, hint)]
