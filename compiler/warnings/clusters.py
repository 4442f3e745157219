"""Claims about domains held out, or parts of one run, that count every pair as evidence of its own."""

from collections.abc import Iterator

from heldout.compiler.analysis.claims import ResolvedClaim, resolve_claims, tests_of
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.row_keys import ROW_KEYS, STEP
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.design import paired_axes
from heldout.compiler.plan.reach import points_of
from heldout.compiler.syntax.study import Claim
from heldout.compiler.warnings.seeds import SEED


def unclustered(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """A claim over an axis of what is held out says which axis has its units. Changes nothing.

    With 6 domains and 5 seeds there are 30 pairs; to speak of domains that were never tried there are 6.
    Steps and groups of one run share all of its chance, and points of several axes what their levels do.
    """
    held_out = _held_out(scope, reaches)
    for claim, resolved in zip(scope.study.tests, tests_of(resolve_claims(scope)), strict=True):
        clusters = resolved.component.playing("cluster")
        kept = _kept_to_one(resolved)
        pair = tuple(axis for axis in paired_axes(resolved) if axis not in kept)
        if not clusters or _writes(claim, clusters[0]):
            continue
        if points := tuple(axis for axis in points_of(resolved) if axis not in kept):
            yield from _points(claim, clusters[0], points)
            continue
        if len(pair) < 2:
            yield from _steps_alone(claim, clusters[0], pair)
            continue
        axis = next((axis for axis in pair if axis in held_out), None)
        if axis is None:
            yield from _within_runs(claim, clusters[0], pair)
            continue
        others = " and ".join(f"`{other}`" for other in pair if other != axis)
        message = (
            f"the claim `{claim.name}` takes what {others} give at one level of `{axis}` for independent"
            f" evidence, and `{axis}` is what is held out"
        )
        hint = (
            f"add `{clusters[0]}: {axis}` to claim it of levels that were not tried,"
            f" or `{clusters[0]}: null` to claim it of these alone"
        )
        yield Diagnostic("unclustered", message, claim.span, hint, "warning")


def _points(claim: Claim, cluster: str, points: tuple[str, ...]) -> Iterator[Diagnostic]:
    if len(points) < 2:
        return
    message = (
        f"the claim `{claim.name}` takes every point of {' and '.join(f'`{axis}`' for axis in points)} for"
        " independent evidence, and those of one level have much in common"
    )
    hint = (
        f"add `{cluster}: {points[0]}`, or another of these axes whose levels are independent,"
        f" or `{cluster}: null` where each point is"
    )
    yield Diagnostic("unclustered", message, claim.span, hint, "warning")


def _steps_alone(claim: Claim, cluster: str, pair: tuple[str, ...]) -> Iterator[Diagnostic]:
    if pair == (STEP,):
        message = f"the claim `{claim.name}` takes the steps of one curve for independent evidence"
        hint = f"pair over runs, or add `{cluster}: null` where steps are meant"
        yield Diagnostic("unclustered", message, claim.span, hint, "warning")


def _within_runs(claim: Claim, cluster: str, pair: tuple[str, ...]) -> Iterator[Diagnostic]:
    key = next((axis for axis in pair if axis in ROW_KEYS), None)
    runs = [axis for axis in pair if axis not in ROW_KEYS]
    if key is None or not runs:
        return
    message = f"the claim `{claim.name}` takes the {key}s of one run for independent evidence"
    hint = (
        f"add `{cluster}: {runs[-1]}` to claim it of levels that were not tried,"
        f" or `{cluster}: null` to claim it of these alone"
    )
    yield Diagnostic("unclustered", message, claim.span, hint, "warning")


def _held_out(scope: Scope, reaches: Reaches) -> frozenset[str]:
    """The axes whose levels say what a split keeps for testing."""
    found: set[str] = set()
    for stage in scope.stages.values():
        operator = scope.operator(stage)
        if operator is None or not any(output.role == "test" for output in operator.outputs.values()):
            continue
        for argument in stage.arguments:
            if argument.name in operator.parameters and argument.name != SEED:
                found |= set(reaches.axes_of(argument.value))
    return frozenset(found | {axis.name for axis in scope.axes.values() if axis.twin_of in found})


def _kept_to_one(claim: ResolvedClaim) -> frozenset[str]:
    """The axes of which a claim looks at one level."""
    found: set[str] = set()
    for name in claim.component.referring("where"):
        for axis, levels in (claim.parameters[name] or {}).items():
            if not isinstance(levels, list) or len(levels) == 1:
                found.add(axis)
    return frozenset(found)


def _writes(claim: Claim, name: str) -> bool:
    return any(str(key.value) == name for key, _ in claim.parameters)
