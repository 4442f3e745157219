"""What a claim cannot be asked: parameters that are each right and together claim nothing."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.compiler.analysis.claims import ResolvedClaim
from heldout.compiler.analysis.levels import level_texts
from heldout.compiler.analysis.values import wrong_values
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.design import compared_axes, named_levels, named_sides, paired_axes
from heldout.compiler.syntax.study import level_text

MOST_ALPHA = 0.5  # at which one pair decides, as a trial scale may have it; beyond, two opposites would hold


def refusals(claim: ResolvedClaim) -> Iterator[Diagnostic]:
    """The first thing that is wrong with a claim's parameters together, by what its kind refuses."""
    for refusal in claim.component.decided.refused:
        if all(_meets(schema, claim.parameters.get(name)) for name, schema in refusal.when.items()):
            yield _wrong(claim, _filled(refusal.says, claim), refusal.write)
            return
    yield from _against_itself(claim)
    yield from _left_out(claim)
    alpha = claim.part("alpha")
    if alpha is not None and alpha > MOST_ALPHA:
        message = f"`alpha` of the claim `{claim.name}` is {alpha:g}: it and its opposite could both hold"
        yield _wrong(claim, message, "write the chance of a wrong verdict that is put up with, such as 0.05")
    above, below = claim.part("above"), claim.part("below")
    if above is not None and below is not None and above >= below:
        hint = "exchange them" if above > below else "write two numbers"
        yield _wrong(claim, f"nothing is above {above} and below {below}", hint)


def _against_itself(claim: ResolvedClaim) -> Iterator[Diagnostic]:
    """An axis, or a level of one, that stands on both sides of a claim."""
    sides = named_sides(claim)
    for of, cells in sides.items():
        texts = [{axis: level_text(level) for axis, level in cell.items()} for cell in cells]
        twice = next((cell for at, cell in enumerate(texts) if cell in texts[:at]), None)
        if twice is not None:
            told, one = ", ".join(f"{axis}: {level}" for axis, level in twice.items()), "cell"
            told = f"the cell `{{{told}}}`"
            if claim.parameters.get(of) is not None:
                ((axis, level),) = twice.items()
                told, one = f"the level `{level}` of `{axis}`", "level"
            message = f"the claim `{claim.name}` holds {told} against itself"
            yield _wrong(claim, message, f"name {one}s that differ")
            return
    named = compared_axes(claim)
    named |= {
        of: tuple(dict.fromkeys(axis for cell in cells for axis in cell)) for of, cells in sides.items()
    }
    compared = [axis for axes in named.values() for axis in axes]
    again = next((axis for at, axis in enumerate(compared) if axis in compared[:at]), None)
    if again is not None:
        yield _wrong(claim, f"the claim `{claim.name}` compares along `{again}` twice", "name two axes")
        return
    for axis in set(compared) & set(paired_axes(claim)):
        message, hint = "and its pairs share one", f"remove `{axis}` from `pair`"
        if "pair" not in claim.component.parameters:
            (name,) = claim.component.playing("pair")
            message, hint = f"and its `{name}` are these too", f"name another axis in `{name}`"
        yield _wrong(claim, f"the claim `{claim.name}` compares levels of `{axis}`, {message}", hint)


def _left_out(claim: ResolvedClaim) -> Iterator[Diagnostic]:
    """A level that a claim compares, and its `where` leaves out."""
    kept = [claim.parameters[name] or {} for name in claim.component.referring("where")]
    named = [*named_levels(claim).items(), *named_levels(claim, among_all=True).items()]
    for axis, names in named:
        for where in kept:
            lost = [name for name in names if axis in where and name not in level_texts(where[axis])]
            if lost:
                message = f"the claim `{claim.name}` compares `{lost[0]}`, which its `where` leaves out"
                yield Diagnostic("unpaired", message, claim.span, f"remove `{axis}` from `where`")


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
