"""Whether 95 % intervals hold the truth, and how often a claim at its edge is called supported."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks import (
    simulated_claims,
    simulated_crossed,
    simulated_intervals,
    simulated_looks,
    simulated_rows,
)
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.machine.verdicts.verdicts import Word

ALPHA = 0.05
DRAWS, QUICK = 1_000, 3


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row an interval, whose `share` should be near 0.95, and a row a claim.

    Of a claim at its edge, `share` is how often it was called supported and `contradicted` how often
    that: each should be at most 0.05. The same holds of what is said at any of the looks of a claim whose
    study grows; read each time at all of alpha it does not. Data of claims are clustered: a domain varies
    as much as a seed within it, and the domains (or the levels that a correlation is over) are the units.
    Of a mass, `share` is how often 95 % of a crossed model's t distribution lies above a mean that is zero,
    and `contradicted` how often below. `error` is the standard error of the share.
    """
    draws = QUICK if quick else DRAWS
    for number, case in enumerate(simulated_intervals.cases()):
        rng = np.random.default_rng([1, number])
        held = np.mean([case.holds(rng) for _ in range(draws)])
        yield _row("interval", case.of, case.data, case.observations, float(held), draws)
    for number, study in enumerate(simulated_claims.studies()):
        rng = np.random.default_rng([2, number])
        named = (
            study.case.kind,
            study.case.parameters.get("curve"),
            study.case.parameters.get("coefficient"),
        )
        of = " ".join(name for name in named if name)
        test = ", ".join(filter(None, [study.test, f"{study.domains} domains", study.case.data]))
        outcomes = [study.outcome(rng) for _ in range(draws)]
        yield _of_claim(of, test, study.domains * study.case.seeds, outcomes)
    for number, over_rows in enumerate(simulated_rows.studies()):
        rng = np.random.default_rng([3, number])
        outcomes = [over_rows.outcome(rng) for _ in range(draws)]
        yield _of_claim(over_rows.kind, over_rows.words, over_rows.rows * (over_rows.runs or 1), outcomes)
    for number, growing in enumerate(simulated_looks.studies()):
        rng = np.random.default_rng([4, number])
        said = [growing.words_said(rng) for _ in range(draws)]
        supported, contradicted = (
            float(np.mean([word in one for one in said])) for word in (Word.SUPPORTED, Word.CONTRADICTED)
        )
        row = _row("looks", growing.kind, growing.words, growing.at[-1], supported, draws)
        yield row | {"contradicted": contradicted}
    yield from _of_crossed_effects(draws * simulated_crossed.MANY)


def _of_crossed_effects(draws: int) -> Iterator[dict[str, Any]]:
    for number, study in enumerate(simulated_crossed.studies()):
        rng = np.random.default_rng([5, number])
        held, above, below, over_clusters = np.mean([study.said(rng) for _ in range(draws)], axis=0)
        shape = study.words, study.clusters * study.runs
        yield _row("interval", "crossed effects", *shape, float(held), draws)
        yield _row("interval", "t over clusters", *shape, float(over_clusters), draws)
        row = _row("mass", "crossed effects", *shape, float(above), draws)
        yield row | {"contradicted": float(below)}


def _of_claim(of: str, test: str, observations: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    supported = np.mean([one.holds and one.p_claimed <= ALPHA for one in outcomes])
    against = np.mean([not one.holds and one.p_opposite <= ALPHA for one in outcomes])
    row = _row("claim", of, test, observations, float(supported), len(outcomes))
    return row | {"contradicted": float(against)}


def _row(what: str, of: str, data: str, observations: int, share: float, draws: int) -> dict[str, Any]:
    error = float(np.sqrt(max(share * (1 - share), 0.25 / draws) / draws))
    return {
        "what": what,
        "of": of,
        "data_or_test": data,
        "observations": observations,
        "share": share,
        "contradicted": None,
        "error": error,
        "draws": draws,
    }
