"""Stages whose results nobody is shown."""

from collections.abc import Iterator

from heldout.compiler.analysis.claims import resolve_claims, tests_of
from heldout.compiler.analysis.displays import metrics_shown, resolve_displays
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.samples import resolve_samples
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic


def unread(scope: Scope, reaches: Reaches) -> Iterator[Diagnostic]:
    """Every stage of the study as it stands leads to what is shown, if there is any. Changes nothing.

    A scale may drop claims and keep what they rest on, to try it.
    """
    named = _named(scope)
    if scope.study.scale is not None or not named:  # where nothing is named, the report chooses what it shows
        return
    waiting, reached = sorted(named), set(named)
    while waiting:
        fresh = {edge.stage for edge in reaches.stages[waiting.pop()].edges} - reached
        reached |= fresh
        waiting.extend(sorted(fresh))
    for stage in scope.stages.values():
        if stage.name not in reached:
            shown = "no claim, figure, table or sample has anything"
            message = f"{shown} of `{stage.name}`; it is computed all the same"
            hint = "show a metric of it, or remove it"
            yield Diagnostic("unread-stage", message, stage.span, hint, "warning")


def _named(scope: Scope) -> set[str]:
    """The stages whose metrics claims, figures and tables name, and whose rows are shown as samples."""
    shown = (*resolve_displays(scope, scope.study.figures), *resolve_displays(scope, scope.study.tables))
    named = [metric for display in shown for metric in metrics_shown(display)]
    values = [value for claim in tests_of(resolve_claims(scope)) for value in claim.parameters.values()]
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    named += [one for one in flat if isinstance(one, dict) and one.keys() >= {"stage", "metric"}]
    rows = [gallery.keys["rows"]["stage"] for gallery in resolve_samples(scope)]
    return {*rows, *(metric["stage"] for metric in named)}
