"""Check that every input is given a subtype that it takes, in some cell that there is."""

from collections.abc import Iterator, Mapping

from heldout.compiler.analysis.knowledge import When
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.subtypes import Mismatch, Subtypes
from heldout.compiler.catalog import Catalog
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.expand import StageExpansion

MOST_NAMED = 3  # operators, or levels of an axis


def check_subtypes(
    scope: Scope, reaches: Reaches, expansions: Mapping[str, StageExpansion]
) -> Iterator[Diagnostic]:
    """No input is given what it does not take. Changes nothing.

    Cells that are excluded, or that `when` leaves out, are none: what would be wrong there is right.
    """
    told = set()
    for wrong in Subtypes(scope, reaches).mismatches():
        place = (wrong.stage.name, wrong.argument.name, wrong.arrival.span, wrong.subtype)
        if place not in told and _happens(scope, expansions, wrong):
            told.add(place)
            yield _diagnostic(scope, wrong)


def _happens(scope: Scope, expansions: Mapping[str, StageExpansion], wrong: Mismatch) -> bool:
    """Whether there is a cell of the stage at these levels, and one of what made it so."""
    return all(_exists(scope, expansions[name], wrong.when) for name in (wrong.stage.name, wrong.origin[0]))


def _exists(scope: Scope, expansion: StageExpansion, when: When) -> bool:
    labels: dict[str, set[str]] = {}
    for axis, label in when:
        if axis in expansion.grid.axes:
            labels.setdefault(axis, set()).add(label)
    kept = {
        axis: [number for number, text in enumerate(scope.axes[axis].texts()) if text in own]
        for axis, own in labels.items()
    }
    return next(expansion.existing(kept), None) is not None


def _diagnostic(scope: Scope, wrong: Mismatch) -> Diagnostic:
    stage, port, (maker, output) = wrong.stage, wrong.port, wrong.origin
    kind = scope.kind(*wrong.origin)
    made = f"`{maker}.{output}` ({scope.stages[maker].use}) is {_a(kind, (wrong.subtype,))}"
    message = f"`{wrong.argument.name}` of {stage.use} takes {_a(port.kind, port.takes)}, and {made}"
    return Diagnostic("wrong-subtype", message + _where(wrong.when), wrong.arrival.span, _hint(scope, wrong))


def _a(kind: str, subtypes: tuple[str, ...]) -> str:
    """Such as `a Dataset of images or texts`, and `a Model (classifier)`."""
    within = f"of {_either(subtypes)}" if subtypes[0].endswith("s") else f"({_either(subtypes)})"
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind} {within}"


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def _where(when: When) -> str:
    levels: dict[str, list[str]] = {}
    for axis, level in sorted(when):
        levels.setdefault(axis, []).append(level)
    words = (
        f"{axis} {', '.join(own[:MOST_NAMED])}{', …' if len(own) > MOST_NAMED else ''}"
        for axis, own in levels.items()
    )
    return f" (at {'; '.join(words)})" if levels else ""


def _hint(scope: Scope, wrong: Mismatch) -> str:
    """The operators beside these two that would fit."""
    catalog, maker = scope.catalog, scope.stages[wrong.origin[0]].use
    kind = scope.kind(*wrong.origin)
    takers = [
        name
        for name, operator in catalog.operators.items()
        if _beside(name, wrong.stage.use)
        and any(wrong.subtype in p.takes and catalog.is_a(kind, p.kind) for p in operator.ports.values())
    ]
    makers = [name for name in catalog.operators if _beside(name, maker) and _makes(catalog, name, wrong)]
    parts = [f"{_named(takers)} would take it"] if takers else []
    parts += [f"{_named(makers)} would give what fits"] if makers else []
    return "; ".join(parts) or f"read an output that holds {_either(wrong.port.takes)}"


def _makes(catalog: Catalog, name: str, wrong: Mismatch) -> bool:
    outputs = catalog.operators[name].outputs.values()
    return any(
        one.subtype in wrong.port.takes and catalog.is_a(output.kind or "", wrong.port.kind)
        for output in outputs
        if output.kind is not None
        for one in output.gives
    )


def _beside(name: str, other: str) -> bool:
    """Whether two operators are of one folder, and not the same."""
    return name != other and name.partition("/")[0] == other.partition("/")[0]


def _named(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names)[:MOST_NAMED])
