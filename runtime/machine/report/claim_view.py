"""A verdict as the page shows it: what was found, a picture of the interval, how it was tested."""

import math
from typing import NamedTuple

from markupsafe import Markup

from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.report.companion_view import companion_words
from heldout.runtime.machine.verdicts.verdicts import Verdict, Word
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import MINUS, plain

SIGN = {Word.SUPPORTED: "✓", Word.CONTRADICTED: "✕", Word.UNDECIDED: "?", Word.UNTESTED: "–"}
MEANING = {
    Word.SUPPORTED: "the data agree with the claim, beyond chance",
    Word.CONTRADICTED: "the data say the opposite, beyond chance",
    Word.UNDECIDED: "the data could be chance either way",
    Word.UNTESTED: "results that the test needs are missing",
}
WIDTH, HEIGHT, PAD = 260, 36, 24
SHOWN = 40  # observations in the page; verdicts.json has all


class ClaimView(NamedTuple):
    """A verdict in words.

    Attributes:
        chance: how surprising the data would be, in a sentence.
        decided: the interval at the levels that the verdict used, and what it says, in a sentence.
        companion: what a crossed mixed model says beside the verdict, in sentences.
        lock: what has to be said of when the claim was made.
        more: what else has to be said of the verdict.
        rows: the numbers behind it, as text.
        parts: of its tests, where it needs several.
    """

    verdict: Verdict
    sign: str
    meaning: str
    picture: Markup
    chance: str
    decided: str
    companion: str
    lock: str
    more: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    num_rows: int
    parts: "tuple[ClaimView, ...]" = ()


def claim_view(verdict: Verdict, lock: str = "") -> ClaimView:
    """What the page says of one verdict.

    Args:
        lock: a sentence where the claim was not made before the results.
    """
    outcome = verdict.outcome
    columns = tuple(outcome.observations[0].coordinates) if outcome.observations else ()
    return ClaimView(
        verdict,
        SIGN[verdict.word],
        MEANING[verdict.word],
        interval_picture(verdict),
        "" if outcome.untested else chance(verdict),
        "" if outcome.untested else decided(verdict),
        companion_words(verdict.companion),
        lock,
        tuple(remarks(verdict)),
        (*columns, "value"),
        tuple(
            (
                *(level_text(level) for level in one.coordinates.values()),
                f"{one.value:.4g}".replace("-", MINUS),
            )
            for one in outcome.observations[:SHOWN]
        ),
        len(outcome.observations),
        tuple(claim_view(part) for part in verdict.parts),
    )


def chance(verdict: Verdict) -> str:
    """The test in a sentence: never a p-value without what it is the chance of."""
    if verdict.parts:
        return joint_chance(verdict)
    outcome = verdict.outcome
    side, raw, adjusted = (
        ("for", outcome.p_claimed, verdict.p_claimed)
        if outcome.holds
        else ("against", outcome.p_opposite, verdict.p_opposite)
    )
    smallest = f"; no data could give less than {outcome.smallest_p:.2g}" if outcome.smallest_p > 0 else ""
    tests = f" and for the {verdict.beside} tests of this one" if verdict.beside and side == "against" else ""
    return (
        f"If the true effect were {supposed(outcome)}, results that speak at least as strongly {side} the "
        f"claim would turn up with probability {raw:.2g}{smallest}. Corrected for the study's "
        f"{verdict.num_claims} claim{'s' if verdict.num_claims != 1 else ''} (Holm){tests} it is "
        f"{adjusted:.2g}, to be compared with {plain(outcome.alpha)}."
    )


def supposed(outcome: Outcome) -> str:
    """What the effect is under the null: at the edge, or beyond an edge at which it cannot be."""
    if not outcome.edge:
        return plain(outcome.null)
    below, above = math.floor(outcome.null), math.ceil(outcome.null)
    return f"{below} or less" if outcome.holds else f"{above} or more"


def joint_chance(verdict: Verdict) -> str:
    """The same of a claim of several tests, whose p-value comes of theirs."""
    p, word = (
        (verdict.p_claimed, "largest p-value of its tests")
        if verdict.outcome.holds
        else (verdict.p_opposite, f"smallest p-value against it, times {len(verdict.parts)}")
    )
    claims = f"{verdict.num_claims} claim{'s' if verdict.num_claims != 1 else ''}"
    return (
        f"The {word}, corrected for the study's {claims} (Holm), of which this is one, is {p:.2g},"
        f" to be compared with {plain(verdict.outcome.alpha)}."
    )


def decided(verdict: Verdict) -> str:
    """The interval that the verdict rests on, so that no other one seems to say something else.

    An interval at a claim's own alpha may leave out the edge where, among many claims, the verdict cannot.
    """
    outcome = verdict.outcome
    if verdict.interval is None:
        return ""
    words = " to ".join(
        plain(float(f"{end:.3g}")) if math.isfinite(end) else f"{MINUS if end < 0 else ''}∞"
        for end in verdict.interval
    )
    low, high = verdict.interval
    if outcome.direction == 0:
        where = {Word.SUPPORTED: "within", Word.CONTRADICTED: "outside"}.get(
            verdict.word, "neither within nor outside"
        )
        says = f"it lies {where} the claim's margin"
    elif low > outcome.null or high < outcome.null:
        says = f"it leaves out the claim's edge, {outcome.edge or plain(outcome.null)}"
    else:
        says = f"it holds the claim's edge, {outcome.edge or plain(outcome.null)}"
    decides = {Word.SUPPORTED: True, Word.CONTRADICTED: True}.get(verdict.word, False)
    if outcome.direction != 0 and decides != (low > outcome.null or high < outcome.null):
        says += ", while the test, which is another than that of the interval, decides the verdict"
    levels = f"{verdict.level_claimed:.2g} for the claim and {verdict.level_opposite:.2g} against it"
    beside = ""
    if verdict.num_claims > 1:
        others = verdict.num_claims - 1
        beside = f", which Holm's correction leaves beside {others} other claim{'s' if others > 1 else ''}"
    return f"At the levels that it was decided at ({levels}{beside}) the interval is {words}: {says}."


def remarks(verdict: Verdict) -> list[str]:
    """What a reader must know of this verdict beyond the numbers."""
    outcome = verdict.outcome
    found = []
    if verdict.silent:
        found.append(
            "The test says nothing of so few units, whatever their values: more units could decide it."
        )
    if verdict.exhausted:
        found.append(
            "The evidence points one way as clearly as this test can show with so few units for so many "
            "claims: more units, or fewer claims, could decide it."
        )
    if outcome.oracle:
        found.append("† Some of these results used test labels on purpose (oracle).")
    if verdict.measured:
        found.append(
            "It is about what tasks cost, as it was measured where and when each was computed: it is another "
            "number when they are computed again, and no difference between two runs."
        )
    number = len(outcome.missing)
    if number and not outcome.untested:
        found.append(
            f"{number} {'observation is' if number == 1 else 'observations are'} missing, which the claim "
            "allows: what was done about that stands below."
        )
    return found


def interval_picture(verdict: Verdict) -> Markup:
    """Effect and interval as a dot on a line, with a mark at the edge of the claim.

    The strong line is the interval at the claim's own level, the faint one that at which it was decided.
    """
    outcome = verdict.outcome
    if outcome.effect is None:
        return Markup("")
    low, high = outcome.interval or (outcome.effect, outcome.effect)
    wide = [end for end in verdict.interval or () if math.isfinite(end)]
    least, most = min(low, outcome.null, *wide), max(high, outcome.null, *wide)
    span = (most - least) or 1.0

    def at(value: float) -> str:
        return f"{PAD + (min(max(value, least), most) - least) / span * (WIDTH - 2 * PAD):.1f}"

    outer = verdict.interval or (low, high)
    middle = 12
    return Markup(
        '<svg class="interval" aria-hidden="true" viewBox="0 0 {w} {h}" width="{w}" height="{h}">'
        '<line class="null" x1="{null}" x2="{null}" y1="2" y2="{bottom}"/>'
        '<text x="{null}" y="{foot}">{edge}</text>'
        '<line class="decided" x1="{outer_low}" x2="{outer_high}" y1="{m}" y2="{m}"/>'
        '<line class="range" x1="{low}" x2="{high}" y1="{m}" y2="{m}"/>'
        '<circle cx="{effect}" cy="{m}" r="5"/></svg>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        null=at(outcome.null),
        bottom=HEIGHT - 14,
        foot=HEIGHT - 3,
        edge=plain(outcome.null),
        outer_low=at(outer[0]),
        outer_high=at(outer[1]),
        low=at(low),
        high=at(high),
        effect=at(outcome.effect),
        m=middle,
    )
