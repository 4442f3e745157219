"""The effect that a claim would detect, by deciding it on results that are noise."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.claim import AxisName, LevelOf, Part, Where
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import component_parameters
from heldout.runtime.machine.verdicts.rehearsal import rehearsed
from heldout.runtime.machine.verdicts.verdicts import examine
from heldout.runtime.results.plan import Stage
from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.detectable import POWER

DRAWS = 500  # the power at what is found is 0.80 with a standard error of 0.018
FLIPPED = 10  # units up to which sign flips are simulated; of more a mean's are as strong as the t test
MOST_UNITS = 500  # of more the kind's own formula is used
HEIGHT, NOISE = 1.0, 0.02  # all values are above zero, for those that have a logarithm
BOUND = 0.8  # confidence of the upper bound of a pilot's spread


class Detected(NamedTuple):
    """The distance beyond the claim's edge that is found with the probability that was asked for.

    Attributes:
        standardized: in standard deviations of the units' means; None where no distance would be.
    """

    standardized: float | None


def simulated(
    claim: Mapping[str, Any],
    stages: Mapping[str, Stage],
    named: Mapping[Part, str],
    alpha: float,
    power: float = POWER,
) -> Detected | None:
    """Decide a claim on noise, and see how much farther each result would have had to be.

    A test over units moves with its effect: results that are noise about a true effect support the claim once
    they are moved farther from it than the end of their interval lies on that side. The interval is the one
    that the claim is decided by, at the level alpha, so that a claim of several tests (`highest`, `order`,
    `equivalent`) is simulated as it is decided, with the noise that its parts share.

    Args:
        claim: a kind with one metric, without curves.
        named: the parameters by the part that they play.
        alpha: of the claim's p-value.
        power: the probability with which it is to be found.

    Returns:
        None where the kind does not say by which interval it decides, or does not decide on values of cells.
    """
    parameters = dict(claim["parameters"])
    metric = parameters.get(named.get(Part.METRIC, ""))
    if metric is None or parameters.get(named.get(Part.AGAINST, "")) is not None:
        return None
    pair = list(parameters.get(named.get(Part.PAIR, "")) or [])
    cluster = parameters.get(named.get(Part.CLUSTER, ""))
    stage = _without(stages[metric["stage"]], set(_axes(claim)))
    key = (stage.name, metric["port"], metric["metric"])
    shared = [
        1 if cluster is not None and a.name in pair and a.name != cluster else n for a, n in _sizes(stage)
    ]

    def decided(noise: np.ndarray) -> Any:
        values = np.broadcast_to(HEIGHT + noise, stage.shape).reshape(-1)
        return examine({**claim, "parameters": parameters}, rehearsed({stage.name: stage}, {key: values}))

    flat = decided(np.zeros(1))
    if flat.ends is None or flat.effect is None or flat.num_units > MOST_UNITS:
        return None
    if (
        parameters.get("test") == "sign-flip"
        and parameters.get("statistic") == "mean"
        and flat.num_units > FLIPPED
    ):
        parameters["test"] = "t"
    rng = numpy_stream(0, "power")
    distances, seen = [], []
    for _ in range(DRAWS):
        with np.errstate(over="ignore"):  # where a curve that is noise turns may be anywhere
            found = decided(NOISE * rng.normal(size=shared))
        # A margin's opposite is decided at half of its level.
        low, high = found.ends(alpha, min(1.0, 2 * alpha))
        below, above = flat.effect - low, high - flat.effect
        distances.append({1: below, -1: above, 0: max(below, above)}[flat.direction])
        seen.append([one.value for one in found.observations])
    spread = float(np.sqrt(np.var(seen, axis=0).mean()))
    distance = float(np.quantile(distances, power, method="higher"))
    return Detected(distance / spread if math.isfinite(distance) and spread > 0 else None)


def _axes(claim: Mapping[str, Any]) -> Iterator[str]:
    """The axes that a claim names, its `where` among them."""
    for parameter in component_parameters(find(f"claims/{claim['kind']}")):
        value = claim["parameters"].get(parameter.name)
        if value and any(isinstance(note, AxisName | Where) for note in parameter.notes):
            yield from [value] if isinstance(value, str) else value
        elif any(isinstance(note, LevelOf) for note in parameter.notes):
            for level in value if isinstance(value, list) else [value]:
                yield from level if isinstance(level, Mapping) else ()


def _sizes(stage: Stage) -> Sequence[tuple[Any, int]]:
    return [(axis, len(axis.levels)) for axis in stage.axes]


def _without(stage: Stage, names: set[str]) -> Stage:
    """A stage with these axes alone: a cell for each that has one at any level of the others."""
    exists = np.array([cell is not None for cell in stage.cells]).reshape(stage.shape)
    others = tuple(d for d, axis in enumerate(stage.axes) if axis.name not in names)
    kept = exists.any(axis=others).reshape(-1)
    axes = tuple(axis for axis in stage.axes if axis.name in names)
    cells = tuple(f"cell-{number}" if there else None for number, there in enumerate(kept))
    return replace(stage, axes=axes, cells=cells, num_tasks=len(cells), oracle=())


def upper_bound(spread: float, num_units: int) -> float:
    """The upper 80 % confidence bound of a standard deviation that a pilot has, of normal units.

    Browne 1995, "On the Use of a Pilot Sample for Sample Size Determination" (Statistics in Medicine 14):
    with the standard deviation itself, studies have less power than planned in most cases.
    """
    freedom = num_units - 1
    return spread * math.sqrt(freedom / float(stats.chi2.ppf(1 - BOUND, freedom)))
