"""Check that claims can be decided: their cells exist, and are enough to reach the claim's alpha.

What a claim rests on, how far its tests reach and what it cannot be asked is declared by its kind, in the
catalog; the names of its parameters mean nothing here.
"""

from collections.abc import Iterator, Mapping

from heldout.compiler.analysis.claims import ResolvedClaim, resolve_claims
from heldout.compiler.analysis.row_keys import ROW_KEYS
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.catalog import Levels
from heldout.compiler.diagnostics import Diagnostic, nearest
from heldout.compiler.plan.design import Design, Designs, compared_axes, paired_axes, placed_by
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.holm import holm
from heldout.compiler.plan.reach import Reach, fits, points_of, reach_of, weakest
from heldout.compiler.plan.refusals import refusals
from heldout.compiler.syntax.tree import Value


def check_decidable(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """Some result could support every claim. Changes nothing.

    A claim has to reach its alpha on its own, and after Holm's correction over all claims of the
    study, each as certain as its test can be: one of several tests as the least certain of them, since all
    have to hold.
    """
    reaches: list[tuple[ResolvedClaim, Reach]] = []
    designs = Designs(scope, expansions)
    sound = True
    for claim in resolve_claims(scope):
        of_claim: list[tuple[ResolvedClaim, Reach]] = []
        for test in claim.tests:
            metric = test.part("metric")
            if not isinstance(metric, dict) or not test.component.playing("pair"):
                continue
            design = designs.of(test, metric["stage"])
            reach = reach_of(test, design)
            found = list(refusals(test)) or [
                *_settings(test, design),
                *_cluster(test),
                *_other_metric(test, expansions),
                *(_missing_cells(test, design) or _alone(test, reach)),
                *(_places(scope, test, design) or _levels(scope, test, design)),
            ]
            yield from found
            sound = sound and not found
            if test.part("alpha") is not None:
                of_claim.append((test, reach))
        reaches += weakest(of_claim)
    if sound:
        yield from _together(reaches)


def _missing_cells(claim: ResolvedClaim, design: Design) -> list[Diagnostic]:
    if not design.found:
        hint = "its levels never meet: look at `when` and `exclude`"
        return [Diagnostic("unpaired", f"the claim `{claim.name}` has no cell to test", claim.span, hint)]
    lone = design.incomplete
    if not lone or claim.part("missing") == "drop":
        return []
    first = ", ".join(f"{axis} {label}" for axis, label in zip(design.shared, lone[0], strict=True))
    message = f"{len(lone)} of {len(design.found)} pairs of the claim `{claim.name}` lack a cell" + (
        f", the first at {first}" if first else ""
    )
    hint = "restrict the claim with `where`, or let the stage run there"
    return [Diagnostic("unpaired", message, claim.span, hint)]


def _alone(claim: ResolvedClaim, reach: Reach) -> list[Diagnostic]:
    alpha = claim.part("alpha")
    if alpha is None or reach.p <= alpha:
        return []
    asked = f"alpha is {alpha:g}"
    if claim.look is not None:
        asked = f"{claim.look.level(alpha):.3g} of alpha {alpha:g} is spent at this look"
    message = (
        f"with {reach.counted(reach.count)} no result could support the claim `{claim.name}`:"
        f" p is at least {reach.own(reach.count):.3g}, and {asked}"
    )
    needed = reach.enough(lambda p: p <= alpha)
    hint = f"it needs {reach.counted(needed)}" if needed and alpha > 0 else "alpha must be above zero"
    if needed and alpha > 0:
        hint += ": add levels to pair over" if reach.units == "pairs" else ": add levels"
    return [Diagnostic("undecidable", message, claim.span, hint)]


def _together(reaches: list[tuple[ResolvedClaim, Reach]]) -> Iterator[Diagnostic]:
    """Holm's correction leaves every claim a chance, when all are as certain as they can be."""
    smallest = [reach.p for _, reach in reaches]
    for i, ((claim, reach), p) in enumerate(zip(reaches, holm(smallest), strict=True)):
        alpha = float(claim.part("alpha"))
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
        yield Diagnostic("undecidable", message, claim.span, hint)


def _settings(claim: ResolvedClaim, design: Design) -> Iterator[Diagnostic]:
    """There are as many levels as a test must hold at."""
    for reach in claim.component.decided.reaches:
        if reach.partial is not None and fits(claim, reach.when):
            axis, count = (claim.parameters[name] for name in reach.partial)
            levels = len(design.levels(axis))
            if axis not in ROW_KEYS and count > levels:
                message = (
                    f"`{reach.partial[1]}` of the claim `{claim.name}` is {count}, and `{axis}` has {levels}"
                )
                yield Diagnostic("wrong-value", message, claim.span, f"write a number from 1 to {levels}")


def _cluster(claim: ResolvedClaim) -> Iterator[Diagnostic]:
    """The units are levels of an axis that tells observations apart, or the points that a test is over."""
    cluster, pair, points = claim.part("cluster"), paired_axes(claim), points_of(claim)
    if cluster is not None and cluster not in (points or pair):
        where = f"axes, {' and '.join(points)}" if points else "`pair`"
        message = f"the cluster `{cluster}` of the claim `{claim.name}` is not among its {where}"
        yield Diagnostic("unknown-axis", message, claim.span, nearest(cluster, points or pair))


def _other_metric(claim: ResolvedClaim, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """The second metric of a claim varies along the axes that both are held against each other over."""
    other = claim.part("against")
    if not isinstance(other, dict):
        return
    known = (*expansions[other["stage"]].grid.axes, *other.get("along", ()))
    for axis in (axis for axes in compared_axes(claim).values() for axis in axes):
        if axis not in known:
            message = (
                f"`{other['stage']}` does not have the axis `{axis}`, over whose levels the claim takes both"
            )
            yield Diagnostic(
                "unknown-axis", message, claim.span, f"its axes are {', '.join(known) or 'none'}"
            )


def _places(scope: Scope, claim: ResolvedClaim, design: Design) -> list[Diagnostic]:
    """What levels are placed by is a number at each of them, and not the same at all."""
    for name in claim.component.referring("field"):
        field = claim.parameters[name]
        if field is None:
            continue
        axis = scope.axes[field["axis"]]
        there = [level for level in axis.levels if level.text in design.levels(axis.name)]
        what = f"`{field['field']}` of the level `{{}}` of `{axis.name}`"
        for level in there:
            if not _is("numbers", field["values"][level.text]):
                value = axis.value(level, field["field"])
                message = f"{what.format(level.text)} is no number, and `{claim.name}` places levels by it"
                span = value.span if value is not None else level.span
                return [Diagnostic("wrong-value", message, span, "write a number at every level")]
        if len({field["values"][level.text] for level in there}) == 1 < len(there):
            message = f"{what.format(there[0].text)} is what it is at every other level of `{claim.name}`"
            hint = f"place the levels by another field, or by themselves: leave `{name}` out"
            return [Diagnostic("undecidable", message, claim.span, hint)]
    return []


def _article(kind: str) -> str:
    """A kind of claim in a sentence: `a fit`, and `a claim of reaches`, whose name is no noun."""
    return f"a claim of {kind}" if kind in ("reaches", "wins") else f"a {kind}"


def _levels(scope: Scope, claim: ResolvedClaim, design: Design) -> Iterator[Diagnostic]:
    """There are the levels without which nothing can be said of the claim."""
    for needs in claim.component.decided.levels:
        named = claim.parameters[needs.of]
        over = named if isinstance(named, list) else [str(named)]
        if set(over) & set(ROW_KEYS) or not fits(claim, needs.when):
            continue
        given = ", ".join(f"`{key}: {value}`" for key, value in needs.when.items() if value is not None)
        kind = f"{_article(claim.kind)} with {given}" if given else _article(claim.kind)
        if len(over) > 1:
            if len(design.needed) < needs.fewest:
                axes = " and ".join(f"`{axis}`" for axis in over)
                message = f"{kind} needs {needs.fewest} points, and {axes} have {len(design.needed)} here"
                yield Diagnostic("undecidable", message, claim.span, "give these axes more levels")
            continue
        (name,) = over
        there, placed = design.levels(name), placed_by(claim, needs.of)
        places = {
            level.text: level.label if placed is None else placed["values"][level.text]
            for level in scope.axes[name].levels
            if level.text in there
        }
        unfit = [text for text, place in places.items() if not _is(needs.are, place)]
        different = len(there) if placed is None else len({*places.values()})
        if different < needs.fewest <= len(there) and placed is not None:
            field = f"`{placed['axis']}.{placed['field']}`"
            message = (
                f"{kind} needs {needs.fewest} levels of different {field}, and there are {different} of them"
            )
            yield Diagnostic("undecidable", message, claim.span, f"give {field} {needs.fewest} values")
        elif len(there) < needs.fewest:
            message = f"{kind} needs {needs.fewest} levels, and `{name}` has {len(there)} of them here"
            yield Diagnostic("undecidable", message, claim.span, f"give `{name}` {needs.fewest} levels")
        elif unfit:
            what = "numbers" if needs.are == "numbers" else "numbers above zero"
            found = f"`{name}` has `{unfit[0]}`"
            if placed is not None:
                found = f"`{name}.{placed['field']}` is {places[unfit[0]]} at `{unfit[0]}`"
            message = f"{kind} needs levels that are {what}, and {found}"
            hint = f"name those that are in `where`, or claim it along another axis than `{name}`"
            yield Diagnostic("undecidable", message, claim.span, hint)


def _is(wanted: Levels, label: Value) -> bool:
    if wanted == "any":
        return True
    if not isinstance(label, int | float) or isinstance(label, bool):
        return False
    return wanted == "numbers" or label > 0
