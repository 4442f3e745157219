"""peak: along an axis a metric is highest between two places, or earlier at one level than at another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field
from scipy import stats

from heldout.runtime.claim import (
    GIVEN,
    LEFT_OUT,
    FewestLevels,
    LevelOf,
    Part,
    Reach,
    Refusal,
    Sought,
    claim,
)
from heldout.runtime.components.claims.contract import Across, Along, ByAlong, Directed, Scale
from heldout.runtime.evidence.along_axis import Curves, Located, curves, followed, highest_points
from heldout.runtime.evidence.cut_short import beyond, whatever_lies_beyond
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.evidence.reach import OVER_UNITS, RELATIVE, SMALLEST_P
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.level_fields import field_name
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results
from heldout.runtime.statistics.rounding import rounding

MaybeLevel = Annotated[Any | None, LevelOf("axis")]
MOST = 0.5  # of the curves: more than this share of them

Apart = Annotated[
    float,
    Field(
        description="how much earlier it must be: in the unit of the levels or in ranks, and with "
        "`scale: log` as a share of the earlier place, of which 1 is twice as far."
    ),
]
# By how much later a place is, which does not move as the values do.
LATER = tuple(
    replace(one, when={**one.when, **scale}, counts=True)
    for reaches, scale in ((RELATIVE, {"scale": "log"}), (OVER_UNITS, {}))
    for one in reaches
)
PLACED = (
    FewestLevels("along", 3, {"scale": "value"}, "numbers"),
    FewestLevels("along", 3, {"scale": "log"}, "above zero"),
    FewestLevels("along", 3, {"scale": "rank"}),
)
NOT_BY_ALL = Refusal(
    {"scale": {"const": "log"}, "margin": {"maximum": -1}},
    "no place is earlier than another by a share of -1, and `margin` is {margin}",
    "write 0.5 for half as far again",
)


def _share(sought: Sought, parameters: Mapping[str, Any]) -> float | None:
    """The share of curves of which enough peak there, by the binomial test that sign flips of them are."""
    number = sought.num_units
    enough = [k for k in range(1, number + 1) if stats.binom.sf(k - 1, number, MOST) <= sought.alpha]
    return float(stats.beta.ppf(sought.power, enough[0], number - enough[0] + 1)) if enough else None


@claim(
    decided_by=[
        Reach(
            SMALLEST_P["sign-flip"],
            when={"earlier": None, "test": "sign-flip"},
            counts=True,
            measure="share",
            detectable=_share,
        ),
        *LATER,
    ],
    levels=PLACED,
    refused=[
        *(
            Refusal(
                {one: GIVEN, other: LEFT_OUT},
                f"`{{claim}}` has `{one}` and no `{other}`",
                "write both levels, or none, for where the metric itself peaks",
            )
            for one, other in (("earlier", "later"), ("later", "earlier"))
        ),
        *(
            Refusal(
                {"earlier": GIVEN, bound: GIVEN},
                f"`{{claim}}` says which of two levels peaks earlier, and has `{bound}` too",
                "write two claims, or `all` of two tests",
            )
            for bound in ("above", "below")
        ),
        Refusal(
            {"earlier": LEFT_OUT, "axis": GIVEN},
            "`{claim}` has the axis `{axis}`, and no levels of it",
            "write `earlier` and `later`, or leave `axis` out for where the metric itself peaks",
        ),
        Refusal(
            {"earlier": LEFT_OUT, "margin": {"not": {"const": 0}}},
            "`{claim}` has a `margin`, and no two levels that peak so far apart",
            "write `earlier` and `later`, or bounds, `above` and `below`",
        ),
        Refusal(
            {"earlier": LEFT_OUT, "test": {"const": "t"}},
            "Student's t takes what it tests to be normal, and a curve peaks in a place or does not",
            "write `test: sign-flip`, or leave it out",
        ),
        NOT_BY_ALL,
    ],
)
def peak(
    results: Results,
    *,
    along: Along,
    by: ByAlong = None,
    turn: Annotated[
        Literal["maximum", "minimum"],
        Field(description="what is sought: where the metric is highest, or lowest."),
    ] = "maximum",
    above: Annotated[float | None, Part.ABOVE, Field(description="the place beyond which it lies.")] = None,
    below: Annotated[float | None, Part.BELOW, Field(description="the place before which it lies.")] = None,
    axis: Across = None,
    earlier: MaybeLevel = None,
    later: MaybeLevel = None,
    margin: Apart = 0.0,
    scale: Scale = "value",
    design: Directed,
) -> Outcome:
    """A curve along an axis turns between two places, or earlier at one level than at another.

    Each combination of the levels of `pair` gives a curve, whose maximum is at the level with the greatest
    value; where several share it, in their middle. A maximum is one inside: a curve that is highest at an
    end, or as high there, has none. Nothing is fitted or smoothed, and noise moves a maximum: axes that are
    named nowhere are averaged over first, so that what is left out of `pair` makes the curves smoother.

    With bounds, or without anything more, the claim is that most curves like these have their maximum
    there, inside, all levels that share it. Whether one does is a coin toss at the edge of the claim, so that
    flipping signs is the sign test (Dixon & Mood 1946), whatever the curves are. A monotone curve counts
    against it.

    With `earlier` and `later` it is about by how much one turns earlier, as pairs have it: the differences
    of places are tested as `compare` does, with `scale: log` those of logarithms, whose effect is a share. A
    curve that is highest at an end turns beyond it, if anywhere, and counts as turning there, which makes
    differences smaller and never larger; two that have no maximum inside are tied. With a margin the claim
    has to be contradicted (with one below zero, supported) also where such differences lie beyond it. The
    finding says how many have none.

    Args:
        along: the axis of the curves, `step` or `group`, whose levels are numbers or, with `scale: rank`, in
            an order.
        axis: whose levels turn at different places; left out where these are cells.
        earlier: the level, or cell, that turns earlier.
        later: the one that turns later.

    Returns:
        supported where most curves turn there, or where one turns earlier by more than the margin;
        contradicted where most do not, or where it does not.

    Raises:
        ValueError: bounds and levels, or one level alone; levels that the scale cannot place, or an axis or a
            level that the metric lacks.
    """
    levels = [] if earlier is None and later is None else [earlier, later]
    if None in levels or (levels and (above is not None or below is not None)):
        raise ValueError("a curve turns between bounds, or at `earlier` before it does at `later`")
    found = curves(design.grid(results), design.pair, along, axis, levels)
    # Of one curve the scale says nothing but whether places are ranks: bounds are levels' own numbers.
    used = scale if levels or scale == "rank" else "value"
    at = places(found.along, used, by)
    sign = 1 if turn == "maximum" else -1
    there = followed(found.values, found.exists, at)
    located = highest_points(sign * found.values, there, at)
    name = along if by is None else field_name(by)
    subject = f"{turn} of {design.metric_name} along {name}"
    if not levels:
        return _between(design, found, located, at, above, below, subject)
    told = f"has the {subject}"
    return later_by(design, found, located, at, scale, margin, levels, told, "None inside")


def later_by(
    design: Directed,
    found: Curves,
    located: Located,
    at: np.ndarray,
    scale: Scale,
    margin: float,
    levels: Sequence[Any],
    does: str,
    unseen: str,
) -> Outcome:
    """By how much later curves at the second of two levels do something than those at the first.

    Args:
        at: the places of the levels along which they do it, on the scale.
        does: what they do, in words: `has the maximum of accuracy along width`.
        unseen: what curves that are not seen to do it are.
    """
    early, late = map(side_text, levels)
    log = scale == "log"
    null = float(np.log1p(margin)) if log else margin

    def tested(differences: np.ndarray) -> Outcome:
        return design.outcome(
            design.observations(
                found.axes, differences, found.exists.any(axis=(-1, -2)), np.ones(1) if log else at
            ),
            subject=f"how much later {late} {does} than {early}"
            + (", as a share" if log else ", in ranks" if scale == "rank" else ""),
            noun="log-ratios of places" if log else "paired differences",
            null=null,
            oracle=found.oracle,
            back=np.expm1 if log else None,
        )

    differences, farther = located.later(1, 0), located.farther(1, 0, null)
    outcome = tested(differences)
    if outcome.untested:
        return outcome
    outcome = replace(outcome, finding=f"{outcome.finding} {unseen}: {located.unseen(levels)}.")
    if not (farther & np.isfinite(differences)).any():
        return outcome
    return whatever_lies_beyond(outcome, tested(beyond(differences, farther, null)), null > 0)


def _between(
    design: Directed,
    found: Curves,
    located: Located,
    at: np.ndarray,
    above: float | None,
    below: float | None,
    subject: str,
) -> Outcome:
    """Whether most curves turn between two places."""
    tie = rounding(at)
    low = -np.inf if above is None else above + tie
    high = np.inf if below is None else below - tie
    place, inside = located.places[..., 0], located.inside[..., 0]
    there = (inside & (located.nearest[..., 0] > low) & (located.farthest[..., 0] < high)).astype(float)
    bounds = [
        f"{word} {plain(bound)}" for word, bound in (("above", above), ("below", below)) if bound is not None
    ]
    outcome = design.outcome(
        design.observations(
            found.axes, np.where(np.isnan(place), np.nan, there), found.exists.any(axis=(-1, -2))
        ),
        subject=f"share of curves with a {subject} inside{', ' if bounds else ''}{' and '.join(bounds)}",
        noun="curves",
        null=MOST,
        null_words="there",
        oracle=found.oracle,
        symmetric=design.cluster is None,
    )
    if outcome.untested:
        return outcome
    seen = place[np.isfinite(place) & inside]
    median = f", the median at {plain(float(np.median(seen)))}" if len(seen) else ""
    told = f"{len(seen)} have one inside{median}."
    return replace(outcome, finding=f"{outcome.finding} {told}")
