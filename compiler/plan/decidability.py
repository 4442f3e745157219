"""Check that claims can be decided: their cells exist, and are enough to reach the claim's alpha."""

from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim, resolve_claims
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.plan.design import Design, design_of
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.smallest_p import Reach, holm, reach_of
from heldout.compiler.syntax.study import Claim

COEFFICIENTS = {"power-law": 2, "log-linear": 2, "quadratic": 3, "inverted-u": 3, "u": 3}


def check_decidable(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """Some result could support every claim. Changes nothing.

    A claim has to reach its alpha on its own, and after Holm's correction over all claims of the
    study, each as certain as its test can be.
    """
    reaches: list[tuple[Claim, ResolvedClaim, Reach]] = []
    sound = True
    for claim, resolved in zip(scope.study.claims, resolve_claims(scope), strict=True):
        if not isinstance(resolved.parameters.get("metric"), dict) or "pair" not in resolved.parameters:
            continue
        component = scope.catalog.claims[claim.kind]
        design = design_of(scope, resolved, expansions[resolved.parameters["metric"]["stage"]])
        reach = reach_of(component.smallest_p, resolved.parameters, design)
        found = [
            *_bounds(claim, resolved.parameters),
            *_cluster(claim, resolved.parameters),
            *_other_metric(claim, resolved.parameters, expansions),
            *(
                _missing_cells(claim, resolved.parameters, design)
                or _alone(claim, resolved.parameters, reach)
            ),
            *_levels(claim, resolved.parameters, design, component.smallest_p),
        ]
        yield from found
        sound = sound and not found
        reaches.append((claim, resolved, reach))
    if sound:
        yield from _together(reaches)


def _missing_cells(claim: Claim, parameters: Mapping[str, Any], design: Design) -> list[Diagnostic]:
    if not design.found:
        hint = "its levels never meet: look at `when` and `exclude`"
        return [
            Diagnostic("unpaired", f"the claim `{claim.name}` has no cell to test", claim.kind_span, hint)
        ]
    lone = design.incomplete
    if not lone or parameters.get("missing") == "drop":
        return []
    first = ", ".join(f"{axis} {label}" for axis, label in zip(design.shared, lone[0], strict=True))
    message = f"{len(lone)} of {len(design.found)} pairs of the claim `{claim.name}` lack a cell" + (
        f", the first at {first}" if first else ""
    )
    hint = "restrict the claim with `where`, or let the stage run there"
    return [Diagnostic("unpaired", message, claim.kind_span, hint)]


def _alone(claim: Claim, parameters: Mapping[str, Any], reach: Reach) -> list[Diagnostic]:
    alpha = float(parameters["alpha"])
    if reach.p <= alpha:
        return []
    message = (
        f"with {reach.counted(reach.count)} no result could support the claim `{claim.name}`:"
        f" p is at least {reach.p:.3g}, and alpha is {alpha:g}"
    )
    needed = reach.enough(lambda p: p <= alpha)
    hint = f"it needs {reach.counted(needed)}" if needed and alpha > 0 else "alpha must be above zero"
    if needed and alpha > 0:
        hint += ": add levels to pair over" if reach.units == "pairs" else ": add levels"
    return [Diagnostic("undecidable", message, claim.kind_span, hint)]


def _together(reaches: list[tuple[Claim, ResolvedClaim, Reach]]) -> Iterator[Diagnostic]:
    """Holm's correction leaves every claim a chance, when all are as certain as they can be."""
    smallest = [reach.p for _, _, reach in reaches]
    for i, ((claim, resolved, reach), p) in enumerate(zip(reaches, holm(smallest), strict=True)):
        alpha = float(resolved.parameters["alpha"])
        if p <= alpha:
            continue

        def enough(own: float, i: int = i, alpha: float = alpha) -> bool:
            return holm([*smallest[:i], own, *smallest[i + 1 :]])[i] <= alpha

        message = (
            f"with {reach.counted(reach.count)} no result could support the claim `{claim.name}` beside the"
            f" study's others: p is at least {reach.p:.3g}, {p:.3g} when corrected for {len(reaches)} claims"
            f" (Holm), and alpha is {alpha:g}"
        )
        needed = reach.enough(enough)
        hint = f"it needs {reach.counted(needed)}, or a study of fewer claims" if needed else "claim less"
        yield Diagnostic("undecidable", message, claim.kind_span, hint)


def _bounds(claim: Claim, parameters: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """The numbers that a claim is held against leave something to claim."""
    wrong = None
    above, below, curve = parameters.get("above"), parameters.get("below"), parameters.get("curve")
    if curve in ("inverted-u", "u"):
        if above is not None or below is not None:
            wrong = f"`{curve}` has no `above` or `below`", "write `between: [LOW, HIGH]`, or neither"
    elif curve is not None and parameters.get("between") is not None:
        wrong = f"`{curve}` has no turning point", "write `above` and `below` in place of `between`"
    elif curve is not None and above is None and below is None:
        wrong = f"`{claim.name}` claims nothing of its {curve}", "write `above` or `below`, or both"
    elif curve is not None and above is not None and below is not None and above >= below:
        wrong = f"nothing is above {above} and below {below}", "exchange them"
    elif curve is None and "above" in parameters and (above is None) == (below is None):
        wrong = (
            f"`{claim.name}` has {'no' if above is None else 'more than one'} bound",
            ("write `above` or `below`"),
        )
    elif curve is None and parameters.get("test") == "permutation" and (above or below):
        wrong = f"a permutation test is against zero, not {above or below}", "write `test: fisher`"
    if "margin" in parameters and "sides" not in parameters and parameters["margin"] <= 0:
        wrong = f"nothing is within a margin of {parameters['margin']:g}", "margin must be above zero"
    if wrong is not None:
        yield Diagnostic("wrong-value", wrong[0], claim.kind_span, wrong[1])


def _cluster(claim: Claim, parameters: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """The units are levels of an axis that tells observations apart."""
    cluster, pair = parameters.get("cluster"), parameters["pair"]
    if cluster is not None and cluster not in pair:
        message = f"the cluster `{cluster}` of the claim `{claim.name}` is not among its `pair`"
        yield Diagnostic("unknown-axis", message, claim.kind_span, nearest(cluster, pair))


def _other_metric(
    claim: Claim, parameters: Mapping[str, Any], expansions: Mapping[str, StageExpansion]
) -> Iterator[Diagnostic]:
    """The second metric of a claim varies along the axis that both are held against each other over."""
    other, axis = parameters.get("against"), parameters.get("axis")
    if isinstance(other, dict) and axis not in expansions[other["stage"]].grid.axes:
        message = f"`{other['stage']}` does not have the axis `{axis}`, over whose levels it is to correlate"
        hint = f"its axes are {', '.join(expansions[other['stage']].grid.axes) or 'none'}"
        yield Diagnostic("unknown-axis", message, claim.kind_span, hint)


def _levels(
    claim: Claim, parameters: Mapping[str, Any], design: Design, rule: str | None
) -> Iterator[Diagnostic]:
    """A curve has a level more than coefficients, so that something is left to judge it by."""
    if rule != "fit":
        return
    axis, curve = str(parameters["axis"]), str(parameters["curve"])
    needed, there = COEFFICIENTS[curve] + 1, design.levels(axis)
    if there < needed:
        message = f"a fit of `{curve}` needs {needed} levels, and `{axis}` has {there} of them here"
        yield Diagnostic("undecidable", message, claim.kind_span, f"give `{axis}` {needed} levels")
