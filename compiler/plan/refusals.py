"""What a claim cannot be asked: parameters that are each right and together claim nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.values import wrong_values
from heldout.compiler.diagnostics import Diagnostic


def refusals(claim: ResolvedClaim) -> Iterator[Diagnostic]:
    """The first thing that is wrong with a claim's parameters together, by what its kind refuses."""
    for refusal in claim.component.decided.refused:
        if all(_meets(schema, claim.parameters.get(name)) for name, schema in refusal.when.items()):
            yield _wrong(claim, _filled(refusal.says, claim), refusal.write)
            return
    above, below = claim.part("above"), claim.part("below")
    if above is not None and below is not None and above >= below:
        yield _wrong(claim, f"nothing is above {above} and below {below}", "exchange them")


def _wrong(claim: ResolvedClaim, message: str, hint: str) -> Diagnostic:
    return Diagnostic("wrong-value", message, claim.span, hint)


def _meets(schema: Mapping[str, Any], value: Any) -> bool:
    return next(wrong_values(dict(schema), value, ""), None) is None


def _filled(words: str, claim: ResolvedClaim) -> str:
    """Words with the values of parameters in place of `{their names}`."""
    values = {**claim.parameters, "claim": claim.name}

    def value(name: re.Match[str]) -> str:
        found = values.get(name[1])
        return f"{found:g}" if isinstance(found, float) else str(found)

    return re.sub(r"\{(\w+)\}", value, words)
