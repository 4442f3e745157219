"""reaches: along an axis a metric passes a value earlier at one level than at another."""

from dataclasses import replace

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.contract import Across, Along, ByAlong, Directed, Level, Scale
from heldout.runtime.components.claims.peak import LATER, NOT_BY_ALL, PLACED, Apart, later_by
from heldout.runtime.evidence.along_axis import curves, first_passages, followed
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.places import places
from heldout.runtime.results.level_fields import field_name
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(decided_by=LATER, levels=[replace(one, fewest=2) for one in PLACED], refused=[NOT_BY_ALL])
def reaches(
    results: Results,
    *,
    along: Along,
    by: ByAlong = None,
    level: float,
    rising: bool = True,
    axis: Across = None,
    sooner: Level,
    later: Level,
    margin: Apart = 0.0,
    scale: Scale = "log",
    design: Directed,
) -> Outcome:
    """A metric passes a value at a smaller level of an axis at one level of another than at another.

    How many examples, parameters or queries are enough: each combination of the levels of `pair` gives a
    curve along the axis, which passes at the smallest level at which the value is reached, even if it falls
    back later; nothing is interpolated. The logarithms of these levels are compared in pairs, as the claim
    type `ratio` does, so that `margin: 3` says that the other takes more than four times as much; `scale:
    value` compares the levels themselves, and `rank` their ranks.

    A curve that never passes is censored: it would pass beyond the last level, or never, and counts as
    passing there. So does, at the first, one that has passed there already. Both make differences smaller and
    never larger; two curves that never pass are tied, and one is followed no farther than the other. With a
    margin above zero the claim is contradicted only if it is as well where such differences lie beyond the
    margin, no farther from it than the farthest one seen, and with one below zero supported. Royston & Parmar
    2013, "Restricted mean survival time" (BMC Medical Research Methodology 13:152), restrict times to a
    horizon in the same way.
    Differs from the paper: paired differences of logarithms in place of two survival curves.

    Of a curve over training steps `steps-to` says the same in steps. Axes that are named nowhere are averaged
    over first.

    Args:
        along: the axis of the curves: how much there is of what is needed.
        level: the value that is to be passed.
        rising: whether it is passed upwards, as an accuracy is, or downwards, as a loss.
        axis: whose levels are compared; left out where these are cells.
        sooner: the level, or cell, that needs less.
        later: the one that needs more.

    Returns:
        supported where one needs less than the other by more than the margin, contradicted where it does not.

    Raises:
        ValueError: levels that the scale cannot place, or an axis or a level that the metric lacks.
    """
    levels = [sooner, later]
    found = curves(design.grid(results), design.pair, along, axis, levels)
    at = places(found.along, scale, by)
    there = followed(found.values, found.exists, at)
    located = first_passages(found.values, there, at, level, rising)
    does = f"reaches {design.metric_name} {plain(level)} along {along if by is None else field_name(by)}"
    return later_by(design, found, located, at, scale, margin, levels, does, "Not reached")
