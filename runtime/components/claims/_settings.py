"""How many of several settings a difference holds in: of these very ones, or of others like them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from heldout.runtime.components.claims.contract import Directed
from heldout.runtime.evidence.decide import untested
from heldout.runtime.evidence.observations import Observations
from heldout.runtime.evidence.outcome import Observation, Outcome
from heldout.runtime.evidence.words import CENTRE, LOST
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import estimate, plain, share
from heldout.runtime.statistics.centre import unit_means
from heldout.runtime.statistics.over_units import UnitTest
from heldout.runtime.statistics.partial_conjunction import how_many_hold, partial_conjunction
from heldout.runtime.statistics.rounding import rounding
from heldout.runtime.statistics.sign_test import sign_test, sign_test_ends

BY: Mapping[UnitTest, str] = {"sign-flip": "flipping signs", "t": "Student's t"}


def of_these(
    observations: Observations,
    design: Directed,
    over: str,
    count: int,
    margin: float,
    subject: str,
    oracle: bool,
) -> Outcome:
    """Whether the differences exceed the margin in so many of the settings that were tried.

    Raises:
        ValueError: there are not so many settings.
    """
    settings = _by_setting(observations, over)
    number = len(settings)
    parts = [
        design.outcome(one, subject=subject, noun="paired differences", null=margin, oracle=oracle)
        for _, one in settings
    ]
    causes = [
        f"{over} {level_text(level)}: {part.untested}"
        for (level, _), part in zip(settings, parts, strict=True)
        if part.untested
    ]
    if causes and (design.missing == "block" or len(causes) == number):
        return untested("; ".join(causes), observations, design.alpha, oracle)
    p_claimed, p_opposite = [part.p_claimed for part in parts], [part.p_opposite for part in parts]
    against = number - count + 1
    wins = sum(part.holds for part in parts)

    def ends(for_claim: float, opposite: float) -> tuple[float, float]:
        won = how_many_hold(p_claimed, for_claim, count)
        return float(won), float(number - how_many_hold(p_opposite, opposite, against))

    interval = ends(design.alpha, design.alpha)
    confidence = 1 - 2 * design.alpha / (2 if design.sides == "two" else 1)
    lost = ", ".join(
        level_text(level) for (level, _), part in zip(settings, parts, strict=True) if not part.holds
    )
    return Outcome(
        design.alpha,
        finding=f"{subject}: above {plain(margin) if margin else 'zero'} in {wins} of {number} settings"
        f" ({100 * confidence:.4g} % interval {interval[0]:.0f} to {interval[1]:.0f})"
        f"{f', and not at {over} {lost}' if lost else ''}.",
        method=f"{_how_each(observations, design, over)} That the differences exceed the margin in {count} of"
        f" {number} is tested by partial conjunction (Benjamini & Heller 2008): the p-value is the"
        f" {_ordinal(count)} of theirs, times {against}; that they do not, by the {_ordinal(against)} against"
        f" it, times {count}. The claim is about these settings.",
        effect=float(wins),
        null=count - 0.5,  # between the numbers that the claim tells apart
        edge=f"between {count - 1} and {count}",
        holds=wins >= count,
        interval=interval,
        confidence=confidence,
        ends=ends,
        p_claimed=partial_conjunction(p_claimed, count),
        p_opposite=partial_conjunction(p_opposite, against),
        smallest_p=partial_conjunction([part.smallest_p for part in parts], count),
        num_units=min(part.num_units for part in parts if not part.untested),
        spread=max((part.spread for part in parts if part.spread is not None), default=None),
        observations=tuple(
            Observation({over: level}, at, part.effect)
            for at, ((level, _), part) in enumerate(zip(settings, parts, strict=True))
            if part.effect is not None
        ),
        missing=observations.missing,
        oracle=oracle,
    )


def of_others(
    observations: Observations,
    design: Directed,
    over: str,
    share: float,
    margin: float,
    subject: str,
    oracle: bool,
) -> Outcome:
    """Whether the differences exceed the margin in more than a share of all settings like those tried.

    A setting in which an observation is lost counts against either side with `missing: against`.
    """
    cause = observations.cannot_test(design.missing)
    if cause:
        return untested(cause, observations, design.alpha, oracle)
    settings = replace(observations.about(margin), cluster=over)
    at = [axis.name for axis in settings.axes].index(over)
    _, unit = np.unique(settings.positions[:, at], return_inverse=True)
    means = unit_means(settings.values, unit) - margin
    known = np.unique(settings.positions[:, at])
    level_of = settings.axes[at].levels
    tie = max(settings.rounding, rounding(margin))
    lacking = set(settings.lost[:, at].tolist()) if design.missing == "against" else set()
    unsure = np.array([place in lacking for place in known.tolist()])
    number = len(means) + len(lacking - set(known.tolist()))
    wins = int(((means > tie) & ~unsure).sum())
    losses = int(((means < -tie) & ~unsure).sum())
    ties = number - wins - losses
    tested = sign_test(wins, ties, number, share)
    shared = 2 if design.sides == "two" else 1
    of_share = sign_test_ends(wins, ties, number)

    def ends(for_claim: float, opposite: float) -> tuple[float, float]:
        return of_share(for_claim / shared)[0], of_share(opposite / shared)[1]

    interval = ends(design.alpha, design.alpha)
    confidence = 1 - 2 * design.alpha / shared
    value, words = estimate(wins / number, interval, confidence)
    return Outcome(
        design.alpha,
        finding=f"{subject}: above {plain(margin) if margin else 'zero'} in {wins} of {number} settings,"
        f" a share of {value} ({words}){f'; {ties} count for neither side' if ties else ''}.",
        method=f"The mean of each level of {over}, and its sign. Test: {tested.method}, which takes them to"
        " be drawn independently from all settings that the claim is about. Interval: Clopper and Pearson's,"
        " of the shares that this test does not exclude. What is counted is which side is ahead as measured,"
        " by however much.",
        effect=wins / number,
        null=share,
        holds=wins / number > share + 1e-12,
        interval=interval,
        confidence=confidence,
        ends=ends,
        p_claimed=min(1.0, shared * tested.p_greater),
        p_opposite=min(1.0, shared * tested.p_less),
        smallest_p=min(1.0, shared * tested.smallest_p),
        num_units=number,
        spread=float(means.std(ddof=1)) if len(means) > 1 else None,
        observations=tuple(
            Observation({over: level_of[place]}, unit, float(mean) + margin)
            for unit, (place, mean) in enumerate(zip(known.tolist(), means, strict=True))
        ),
        missing=observations.missing,
        oracle=oracle,
    )


def _how_each(observations: Observations, design: Directed, over: str) -> str:
    """How a setting is tested, in sentences: numbers of any one of them would not be those of the others."""
    units = f"; the units are the levels of {design.cluster}" if design.cluster else ""
    told = (
        f"Each level of {over} is tested on its own: the {CENTRE[design.statistic]} of its paired"
        f" differences, by {BY[design.test]}{units}."
    )
    lost = len(observations.missing)
    if not lost:
        return told
    missing = share(lost, lost + len(observations.values), "paired differences")
    return f"{told} {missing} missing and {LOST[design.missing]}; a level with none left shows nothing."


def _by_setting(observations: Observations, over: str) -> Sequence[tuple[object, Observations]]:
    """The observations of each level of an axis, lost ones among them."""
    at = [axis.name for axis in observations.axes].index(over)
    levels = observations.axes[at].levels
    found = []
    for place in sorted({*observations.positions[:, at].tolist(), *observations.lost[:, at].tolist()}):
        here, gone = observations.positions[:, at] == place, observations.lost[:, at] == place
        _, unit = np.unique(observations.unit[here], return_inverse=True)
        part = replace(
            observations,
            positions=observations.positions[here],
            values=observations.values[here],
            unit=unit,
            missing=tuple(one for one, is_gone in zip(observations.missing, gone, strict=True) if is_gone),
            lost=observations.lost[gone],
        )
        found.append((levels[place], part))
    return found


def _ordinal(number: int) -> str:
    names = {1: "", 2: "second ", 3: "third "}
    return f"{names.get(number, f'{number}th ')}smallest"
