"""What the intervals of tables and figures are over: the axis whose levels are taken to be independent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heldout.runtime.machine.report.defaults import REPLICATES
from heldout.runtime.machine.verdicts.named_clusters import claimed_clusters, metric_key
from heldout.runtime.results.levels import Axis
from heldout.runtime.results.numbers import listing
from heldout.runtime.statistics.centre import Statistic

CENTRES: Mapping[Statistic, str] = {"mean": "mean", "median": "median", "iqm": "interquartile mean"}
CLAIMED = "claimed_clusters"  # what claims on the same metric name, beside a display's own `cluster`


@dataclass(frozen=True)
class Units:
    """What the numbers behind a mean are averaged over, and which of it are independent facts.

    Values that share a level of the axis are averaged first; the interval is over these averages, as a
    claim's with a `cluster` is. Thirty values of six domains and five seeds are six units where the claim is
    about domains, and a t interval over thirty would be too narrow.

    Attributes:
        axis: whose levels are the units; None where several axes are averaged over and nothing says
            which of them, so that there is no interval.
        others: the other axes that are averaged over.
        named: `cluster` or a claim names the axis; else it is the axis of repeated runs, and the interval
            is about the very levels of the others that were tried.
    """

    axis: Axis | None
    others: tuple[Axis, ...]
    named: bool

    def words(self, num_units: int, statistic: Statistic = "mean") -> str:
        """What the interval is over: `95 % t interval over 6 levels of held out`."""
        others = listing([axis.label for axis in self.others])
        if self.axis is None:
            return f"no interval, since no `cluster` says which levels of {others} are independent"
        interval = "t interval" if statistic == "mean" else "bootstrap interval"
        over = f"95 % {interval} over {num_units} levels of {self.axis.label}"
        if not self.others:
            return over
        if statistic != "mean":
            whole = f"each with all of its {others}"
            return f"{over}, {whole if self.named else f'drawn again within each {others}'}"
        return f"{over}, " + (
            f"each averaged over {others} first" if self.named else f"for these very levels of {others}"
        )


def drawn_again(units: Units, others: Mapping[Axis, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Of each value the unit that a bootstrap draws again, and within what, [num_values] each.

    Repeated runs are drawn within the levels of all that they are of; levels of a cluster whole.

    Args:
        others: the level of each value on all axes that are averaged over, [num_values] each, one at least.
    """
    number = len(next(iter(others.values()))) if others else 0
    alone = np.zeros(number, dtype=int)
    if units.axis is None:
        return alone, alone
    beside = [levels for axis, levels in others.items() if axis is not units.axis]
    if units.named or not beside:
        return others[units.axis], alone
    return others[units.axis], np.unique(np.stack(beside, axis=-1), axis=0, return_inverse=True)[1].ravel()


def averaged_axes(places: np.ndarray, beside: Mapping[Axis, np.ndarray]) -> list[Axis]:
    """The axes that a mean is over: those along which the cells of some place differ.

    An axis that goes in step with one that is shown has one level at each place, and nothing is averaged.

    Args:
        places: the level of every cell on each axis that is shown, [num_cells, num_axes].
        beside: its level on each of the others, [num_cells] each.
    """
    place = np.zeros(len(places), dtype=np.int64)
    for levels in places.T:
        place = place * (levels.max(initial=0) + 1) + levels
    _, first, which = np.unique(place, return_index=True, return_inverse=True)
    return [axis for axis, levels in beside.items() if (levels != levels[first][which]).any()]


def units_of(averaged: Sequence[Axis], declared: Mapping[str, Any]) -> Units:
    """The units of the means of a table or figure.

    Args:
        averaged: the axes that are averaged over (`averaged_axes`).
        declared: the table or figure; `with_clusters` has added what claims name.

    Returns:
        the axis that the display's `cluster` names; else the one that claims on the metric name, of several
        the one with the fewest levels; else the axis of repeated runs (a `count`, then a search), as the
        field reports intervals over seeds; else the only axis there is.
    """
    names = {axis.name: axis for axis in averaged}
    own = declared.get("cluster")
    wanted = [own] if own else declared.get(CLAIMED, ())
    claimed = sorted((names[name] for name in wanted if name in names), key=lambda axis: len(axis.levels))
    repeated = [axis for kind in REPLICATES for axis in averaged if axis.kind == kind]
    only = list(averaged) if len(averaged) == 1 else []
    chosen = next(iter((*claimed, *repeated, *only)), None)
    others = tuple(axis for axis in averaged if axis is not chosen)
    return Units(chosen, others, bool(claimed))


def with_clusters(
    displays: Iterable[Mapping[str, Any]], claims: Iterable[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """Tables or figures, each with what the claims on its metric name as their cluster."""
    claimed = list(claimed_clusters(claims))

    def told(display: Mapping[str, Any]) -> dict[str, Any]:
        values = [one for v in display.values() for one in (v if isinstance(v, list) else [v])]
        shown = [metric_key(one) for one in values if isinstance(one, Mapping) and "metric" in one]
        return {**display, CLAIMED: list(dict.fromkeys(axis for key, axis in claimed if key in shown))}

    return tuple(map(told, displays))
