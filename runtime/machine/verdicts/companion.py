"""What a crossed mixed model says beside a verdict on two levels, where clusters are few."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from heldout.runtime.evidence.outcome import Observation, Outcome
from heldout.runtime.statistics.rounding import rounding

Region = tuple[float, float]


@dataclass(frozen=True)
class Companion:
    """A mean difference for clusters and runs that were not tried. It decides nothing.

    Attributes:
        cluster: the axis whose levels are clusters.
        run: the other axes of the observations, whose combinations are runs.
        effect: the mean, in the unit of the claim's effect.
        interval: of it, at `confidence`.
        freedom: degrees of freedom of its Student's t.
        between_clusters, between_runs, rest: standard deviations, on the scale of the model.
        log: the model is of log-ratios, of which effect, interval and region are told as gains.
        region: of practical equivalence, the claim's margin either way; None where it has none.
        below, above: how much of the t distribution about the mean lies there: of the region, or of zero.
        inside: how much lies in the region.
    """

    cluster: str
    run: tuple[str, ...]
    num_clusters: int
    num_runs: int
    effect: float
    interval: tuple[float, float]
    confidence: float
    freedom: float
    between_clusters: float
    between_runs: float
    rest: float
    log: bool
    region: Region | None
    below: float
    inside: float | None
    above: float


class LeftOut(NamedTuple):
    """Why a claim on two levels has no such model beside it, in a clause."""

    reason: str


class _Comparison(NamedTuple):
    """A claim on the difference of two levels: its region, on the scale of the model."""

    region: Region | None
    log: bool = False


def _either_way(parameters: Mapping[str, Any]) -> _Comparison:
    margin = abs(parameters.get("margin", 0.0))
    return _Comparison((-margin, margin) if margin else None)


def _between_bounds(parameters: Mapping[str, Any]) -> _Comparison | None:
    if parameters.get("level") is None:  # of a metric, and no difference
        return None
    return _Comparison((parameters["above"], parameters["below"]))


def _of_logarithms(parameters: Mapping[str, Any]) -> _Comparison:
    margin = abs(math.log1p(parameters.get("margin", 0.0)))
    return _Comparison((-margin, margin) if margin else None, log=True)


COMPARISONS: Mapping[str, Callable[[Mapping[str, Any]], _Comparison | None]] = {
    "compare": _either_way,
    "equivalent": _either_way,
    "within": _between_bounds,
    "ratio": _of_logarithms,
}


def companion(test: Mapping[str, Any], outcome: Outcome) -> Companion | LeftOut | None:
    """What a mixed model with crossed random effects of clusters and runs says of a claim's observations.

    `heldout.runtime.statistics.crossed_effects` is the model. The region of practical equivalence, and that
    the mass below, inside and above it is told, are Kruschke's (2018, "Rejecting or Accepting Parameter
    Values in Bayesian Estimation", Advances in Methods and Practices in Psychological Science 1), for
    classifiers Benavoli et al.'s (2017).
    Differs from the papers: nothing is accepted or rejected by it.

    Args:
        test: a claim with one test, or a test of a claim that has several.
        outcome: of it.

    Returns:
        None of a claim that is not on the difference of two levels, or that has nothing to be fitted to.
    """
    comparison = COMPARISONS.get(test["kind"])
    if comparison is None or not outcome.observations:
        return None
    compared = comparison(test["parameters"])
    if compared is None:
        return None
    layout = crossed(outcome, test["parameters"].get("cluster"))
    return layout if isinstance(layout, LeftOut) else _fitted(layout, compared)


class Crossed(NamedTuple):
    """The observations of a complete layout.

    Attributes:
        values: [num_clusters, num_runs].
    """

    cluster: str
    run: tuple[str, ...]
    values: np.ndarray


def crossed(outcome: Outcome, cluster: str | None) -> Crossed | LeftOut:
    """The observations by cluster and run, if each cluster has one in every run."""
    if cluster is None:
        return LeftOut("the claim names no cluster whose levels are drawn from many")
    if outcome.missing:
        return LeftOut("it takes a complete layout, and observations are missing")
    run = tuple(axis for axis in outcome.observations[0].coordinates if axis != cluster)
    if not run:
        return LeftOut(f"the observations have no axis of runs beside {cluster}")
    places = [(one.unit, _run(one, run)) for one in outcome.observations]
    clusters, runs = (list(dict.fromkeys(levels)) for levels in zip(*places, strict=True))
    if len(clusters) < 2:
        return LeftOut(f"there is only one level of {cluster}")
    if len(runs) < 2:
        return LeftOut(f"there is only one level of {' and '.join(run)}")
    if len(set(places)) != len(places) or len(places) != len(clusters) * len(runs):
        return LeftOut(f"not every level of {cluster} has one observation at each of {' and '.join(run)}")
    values = np.empty((len(clusters), len(runs)))
    at = [(clusters.index(unit), runs.index(which)) for unit, which in places]
    values[tuple(np.transpose(at))] = [one.value for one in outcome.observations]
    return Crossed(cluster, run, values)


def _run(one: Observation, axes: Sequence[str]) -> tuple[str, ...]:
    """The levels of an observation along some axes, as texts that tell 0 from "0"."""
    return tuple(json.dumps(one.coordinates[axis], sort_keys=True) for axis in axes)


def _fitted(layout: Crossed, compared: _Comparison) -> Companion | LeftOut:
    # With scipy, which a page that shows verdicts and makes none does without.
    from heldout.runtime.statistics.crossed_effects import crossed_effects
    from heldout.runtime.statistics.interval import CONFIDENCE

    values = np.log1p(layout.values) if compared.log else layout.values
    region = compared.region
    model = crossed_effects(values)
    if model is None or np.ptp(values) <= rounding(values, *(region or ())):
        return LeftOut("all observations are equal, so that nothing varies")
    low, high = region or (0.0, 0.0)
    below, up_to = model.below(low), model.below(high)

    def told(value: float) -> float:
        return math.expm1(value) if compared.log else value

    lower, upper = model.interval()
    return Companion(
        cluster=layout.cluster,
        run=layout.run,
        num_clusters=values.shape[0],
        num_runs=values.shape[1],
        effect=told(model.mean),
        interval=(told(lower), told(upper)),
        confidence=CONFIDENCE,
        freedom=model.freedom,
        between_clusters=model.between_clusters,
        between_runs=model.between_runs,
        rest=model.rest,
        log=compared.log,
        region=(told(low), told(high)) if region is not None else None,
        below=below,
        inside=up_to - below if region is not None else None,
        above=1 - up_to,
    )
