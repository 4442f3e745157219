"""A crossed mixed model in words, beside the verdict that it has no part in."""

from heldout.runtime.machine.verdicts.companion import Companion, LeftOut
from heldout.runtime.results.numbers import decimals_for, estimate, fixed, listing, plain

LEAST = 0.001  # of a distribution: what is less is said to be so


def companion_words(found: Companion | LeftOut | None) -> str:
    """What the model says, in sentences; empty beside claims that have none."""
    if found is None:
        return ""
    if isinstance(found, LeftOut):
        return f"No crossed mixed model stands beside it: {found.reason}."
    run = f"{'levels' if len(found.run) == 1 else 'combinations of levels'} of {listing(found.run)}"
    value, interval = estimate(found.effect, found.interval, found.confidence)
    mean = "gain of the geometric mean" if found.log else "mean difference"
    return (
        "Beside the verdict, and no part of it, stands a mixed model with crossed random effects, which is "
        f"about other levels of {found.cluster} and other {run} than these {found.num_clusters} and "
        f"{found.num_runs}: {mean} {value} ({interval}; Student's t with {found.freedom:.1f} degrees of "
        "freedom). "
        f"{_scatter(found, run)} {_masses(found)}"
    )


def _scatter(found: Companion, run: str) -> str:
    deviations = (found.between_clusters, found.between_runs, found.rest)
    decimals = decimals_for(max(deviations))
    clusters, runs, rest = (fixed(one, decimals) if one else "0" for one in deviations)
    of = "Standard deviations of logarithms" if found.log else "Standard deviations"
    return f"{of}: {clusters} between levels of {found.cluster}, {runs} between {run}, {rest} of the rest."


def _masses(found: Companion) -> str:
    below, above = _share(found.below), _share(found.above)
    about = "Of the t distribution about it"
    if found.region is None or found.inside is None:
        return f"{about} {below} lies below zero and {above} above."
    low, high = (plain(float(f"{end:.4g}")) for end in found.region)
    return (
        f"{about} {below} lies below {low}, {_share(found.inside)} from there to {high}, which the claim's "
        f"margin makes the region of practical equivalence, and {above} above."
    )


def _share(mass: float) -> str:
    """`3.1 %`; of nearly nothing and nearly all that it is so."""
    if mass < LEAST:
        return f"under {100 * LEAST:.1f} %"
    if mass > 1 - LEAST:
        return f"over {100 * (1 - LEAST):.1f} %"
    return f"{100 * mass:.1f} %"
