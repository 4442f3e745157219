"""A mixed model of two crossed random factors: a mean for clusters and runs that were not tried."""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

from heldout.runtime.statistics.interval import CONFIDENCE


class CrossedEffects(NamedTuple):
    """What is known of a mean over clusters and runs, where the next ones are others.

    Attributes:
        mean: of all observations.
        error: its standard error, in the same unit; above zero.
        freedom: the degrees of freedom of that.
        between_clusters, between_runs: the standard deviation of what a cluster adds to all of its
            observations, and of what a run does.
        rest: that of what neither explains.
    """

    mean: float
    error: float
    freedom: float
    between_clusters: float
    between_runs: float
    rest: float

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Student's t interval of the mean."""
        half = float(stdtrit(self.freedom, (1 + confidence) / 2)) * self.error
        return self.mean - half, self.mean + half

    def below(self, value: float) -> float:
        """How much of Student's t about the mean lies below a value.

        Benavoli, Corani, Demšar & Zaffalon 2017, "Time for a Change: a Tutorial for Comparing Multiple
        Classifiers Through Bayesian Analysis" (Journal of Machine Learning Research 18), on the Bayesian
        correlated t test: with flat priors, what is known of a mean difference is Student's t about the
        observed one, and its mass to the left of, within and to the right of a region of practical
        equivalence is the probability that one side is better, that neither is, and that the other is.
        Differs from the paper: the standard error is that of crossed effects, in place of one that a given
        correlation of folds corrects, and its degrees of freedom are Satterthwaite's, so that this is no
        exact posterior.
        """
        return float(stdtr(self.freedom, (value - self.mean) / self.error))


def crossed_effects(values: np.ndarray) -> CrossedEffects | None:
    """Fit d[c, r] = mean + u[c] + v[r] + e[c, r] to one observation of each cluster in each run.

    Henderson 1953, "Estimation of Variance and Covariance Components" (Biometrics 9), method 1, in the
    balanced case (Searle, Casella & McCulloch 1992, "Variance Components", chapter 4): of C clusters and R
    runs the mean squares have the expectations

        between clusters  R var(u) + var(e)
        between runs      C var(v) + var(e)
        of the rest       var(e)

    which are solved for the variances; one that comes out negative is set to zero. The mean of all
    observations has the variance var(u) / C + var(v) / R + var(e) / (C R), for clusters and runs that are
    drawn anew. That is a sum of the mean squares that were not set aside, with weights, and its degrees of
    freedom are by Satterthwaite 1946, "An Approximate Distribution of Estimates of Variance Components"
    (Biometrics Bulletin 2).
    Differs from the papers: negative variances, which are kept there, are zero.

    Where no variance comes out negative, these are the estimates of restricted maximum likelihood.

    Args:
        values: [num_clusters, num_runs], all finite, two of each at least.

    Returns:
        None where the mean squares leave the mean no error: all observations are equal.

    Raises:
        ValueError: one cluster, or one run.
    """
    num_clusters, num_runs = values.shape
    if min(num_clusters, num_runs) < 2:
        raise ValueError(
            f"crossed effects need 2 clusters and 2 runs, got {num_clusters} clusters and {num_runs} runs"
        )
    mean = float(values.mean())
    of_clusters = values.mean(axis=1) - mean
    of_runs = values.mean(axis=0) - mean
    residuals = values - mean - of_clusters[:, None] - of_runs
    freedoms = (num_clusters - 1, num_runs - 1, (num_clusters - 1) * (num_runs - 1))
    clusters, runs, rest = (
        float(squares) / freedom
        for squares, freedom in zip(
            (
                num_runs * (of_clusters**2).sum(),
                num_clusters * (of_runs**2).sum(),
                (residuals**2).sum(),
            ),
            freedoms,
            strict=True,
        )
    )
    there = clusters > rest, runs > rest
    parts = (clusters * there[0], runs * there[1], rest * (1 - sum(there)))  # of C R times the variance
    total = sum(parts)
    if total <= 0:
        return None
    return CrossedEffects(
        mean,
        math.sqrt(total / values.size),
        total**2 / sum(part**2 / freedom for part, freedom in zip(parts, freedoms, strict=True)),
        math.sqrt(max(clusters - rest, 0.0) / num_runs),
        math.sqrt(max(runs - rest, 0.0) / num_clusters),
        math.sqrt(rest),
    )
