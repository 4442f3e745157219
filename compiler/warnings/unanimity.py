"""Claims that only unanimous results could support."""

from collections.abc import Iterator, Mapping

from heldout.compiler.analysis.claims import ResolvedClaim, resolve_claims
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.design import Designs
from heldout.compiler.plan.expand import StageExpansion
from heldout.compiler.plan.holm import holm
from heldout.compiler.plan.reach import Reach, reach_of, weakest


def unanimous(scope: Scope, expansions: Mapping[str, StageExpansion]) -> Iterator[Diagnostic]:
    """A claim can be supported with a unit less. Changes nothing.

    Sign-flips say nothing of a unit without a difference: a tie leaves one unit fewer. The study's other
    claims are taken to be as certain as they can be.
    """
    designs = Designs(scope, expansions)
    reaches: list[tuple[ResolvedClaim, Reach]] = []
    for claim in resolve_claims(scope):
        of_claim = []
        for test in claim.tests:
            metric = test.part("metric")
            if isinstance(metric, dict) and test.component.playing("pair") and test.part("alpha") is not None:
                of_claim.append((test, reach_of(test, designs.of(test, metric["stage"]))))
        reaches += weakest(of_claim)
    smallest = [reach.p for _, reach in reaches]
    for i, (claim, reach) in enumerate(reaches):
        if not reach.of_units or reach.p == 0:  # only a test by signs is a discrete one
            continue
        one_less = reach.smallest(reach.count - 1)
        corrected = holm([*smallest[:i], one_less, *smallest[i + 1 :]])[i]
        alpha = float(claim.part("alpha"))
        if corrected > alpha:
            message = (
                f"the claim `{claim.name}` can be supported by unanimity alone: with a tie in one of its"
                f" {reach.counted(reach.count)}, p is at least {corrected:.3g}, and alpha is {alpha:g}"
            )
            hint = "pair over more levels, claim less beside it, or name a metric that does not tie"
            yield Diagnostic("unanimous", message, claim.span, hint, "warning")
