"""A table's blocks side by side, such as selection protocols: does the ranking of the rows depend on them?"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau

from heldout.runtime.machine.report.tables import Cell, SummaryTable
from heldout.runtime.results.levels import level_text
from heldout.runtime.results.numbers import fixed, listing
from heldout.runtime.statistics.rounding import rounding


@dataclass(frozen=True)
class Standing:
    """One row of the table under every protocol: its name, its scores and its ranks from 1."""

    name: str
    cells: tuple[Cell, ...]
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class ProtocolComparison:
    """The rows that have a score under every protocol.

    Attributes:
        protocols: the levels of the table's `by`.
        changes: some rank differs between two protocols.
        sentence: what that means, in plain words.
    """

    table: SummaryTable
    protocols: tuple[str, ...]
    standings: tuple[Standing, ...]
    changes: bool
    sentence: str


def compare_protocols(table: SummaryTable) -> ProtocolComparison | None:
    """Rank the rows of one metric under each protocol; None without two protocols and two rows."""
    if table.by is None or len(table.blocks) < 2 or len(table.descending) > 1:
        return None
    by_block = [
        {row.positions: row.score for row in block.rows if row.score.num_runs} for block in table.blocks
    ]
    shared = [positions for positions in by_block[0] if all(positions in scores for scores in by_block)]
    if len(shared) < 2:
        return None
    ranks = [_ranks([scores[at].mean for at in shared], table.descending[0]) for scores in by_block]
    names = [
        ", ".join(level_text(axis.levels[i]) for axis, i in zip(table.rows, at, strict=True)) for at in shared
    ]
    standings = tuple(
        Standing(name, tuple(scores[at] for scores in by_block), tuple(column[number] for column in ranks))
        for number, (name, at) in enumerate(zip(names, shared, strict=True))
    )
    protocols = tuple(level_text(level) for level in table.by.levels)
    changes = any(column != ranks[0] for column in ranks)
    return ProtocolComparison(
        table, protocols, standings, changes, _sentence(standings, protocols, ranks, changes)
    )


def _ranks(means: list[float], descending: bool) -> list[int]:
    """Rank 1 is the best; means that are equal but for rounding share the better rank."""
    sign, tie = (1 if descending else -1), rounding(np.array(means))
    return [1 + sum(sign * (other - mean) > tie for other in means) for mean in means]


def _sentence(
    standings: tuple[Standing, ...], protocols: tuple[str, ...], ranks: list[list[int]], changes: bool
) -> str:
    if not changes:
        return f"The ranking of all {len(standings)} rows is the same under {listing(protocols)}."
    firsts = [listing([s.name for s in standings if s.ranks[n] == 1]) for n in range(len(protocols))]
    if len(set(firsts)) == 1:
        first = f"The first place stays with {firsts[0]}, but the ranking below it changes."
    else:
        by_protocol = [f"{name} under {protocol}" for name, protocol in zip(firsts, protocols, strict=True)]
        first = f"The ranking changes, and so does the first place: {listing(by_protocol)}."
    taus = [
        (float(kendalltau(ranks[a], ranks[b]).statistic), a, b)
        for a in range(len(protocols))
        for b in range(a + 1, len(protocols))
    ]
    decided = [one for one in taus if math.isfinite(one[0])]  # NaN where all rows of a protocol tie
    if not decided:
        return first
    tau, a, b = min(decided)
    return (
        f"{first} The two rankings that agree least are those under {protocols[a]} and {protocols[b]} "
        f"(Kendall's tau {fixed(tau, 2)}, where 1 is the same order)."
    )
