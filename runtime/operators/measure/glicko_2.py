"""Ratings of respondents and items, as of players who meet."""

import math
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Predictions, Table
from heldout.runtime.operator import Metrics, operator
from heldout.runtime.scoring.answers import gather_answers
from heldout.runtime.subtype import Of

SCALE = 173.7178
CONVERGED = 1e-6


class Ratings(NamedTuple):
    """Of players on Glicko-2's own scale; each [num_players].

    Attributes:
        mu: (rating - 1500) / 173.7178.
        phi: deviation / 173.7178.
        sigma: volatility.
    """

    mu: np.ndarray
    phi: np.ndarray
    sigma: np.ndarray


class Rated(NamedTuple):
    items: Annotated[Dataset, Of("records")]
    respondents: Annotated[Dataset, Of("records")]
    table: Annotated[Table, Metrics("items", "respondents", "periods")]


@operator(seconds=1.0)
def glicko_2(
    answers: Annotated[list[Predictions | None], Of("logits")],
    *,
    periods: Annotated[int, Field(ge=1)] = 10,
    tau: Annotated[float, Field(gt=0.0)] = 0.5,
) -> Rated:
    """Glicko-2: an answer is a game between a respondent and an item, which wins where it is not solved.

    Glickman 2012, "Example of the Glicko-2 system", steps 1 to 8; as Ding et al. 2024,
    "Easy2Hard-Bench" (arXiv:2409.18433), section 3, rate problems that people tried to solve.
    Differs from the paper: there are no dates, so item i meets respondent r in period (i + r) modulo
    `periods`; within a period all games count at once.

    Args:
        answers: of each respondent to the same items; none where a respondent failed.
        periods: rating periods.
        tau: how far volatility may move.

    Returns:
        items: rows id, rating (of a player: 1500 at first) and deviation; a high rating is a hard item.
        respondents: rows id (their place), rating and deviation.
        table: items, respondents and periods, how many.

    Raises:
        ValueError: there are fewer than two respondents or items, or they were asked different items.
    """
    gathered = gather_answers(answers)
    people, items = (_newcomers(count) for count in gathered.right.shape)
    meets = np.add.outer(np.arange(gathered.right.shape[0]), np.arange(gathered.right.shape[1])) % periods
    for period in range(periods):
        played = (meets == period).astype(np.float64)
        people, items = (
            after_period(people, items, played, gathered.right, tau),
            after_period(items, people, played.T, 1 - gathered.right.T, tau),
        )
    names = [f"{place:04}" for place, one in enumerate(answers) if one is not None]
    counts = {"items": len(gathered.ids), "respondents": len(names), "periods": periods}
    return Rated(_rows(list(gathered.ids), items), _rows(names, people), Table.of(counts))


def after_period(
    players: Ratings, opponents: Ratings, played: np.ndarray, score: np.ndarray, tau: float
) -> Ratings:
    """The players' ratings after one period (steps 3 to 7).

    Args:
        players, opponents: their ratings before the period.
        played: [num_players, num_opponents], how many games.
        score: [num_players, num_opponents], the mean score of those games, in [0, 1].
        tau: how far volatility may move.
    """
    g = 1 / np.sqrt(1 + 3 * opponents.phi**2 / math.pi**2)
    expected = 1 / (1 + np.exp(-g * (players.mu[:, None] - opponents.mu)))
    information = (played * g**2 * expected * (1 - expected)).sum(1)
    surprise = (played * g * (score - expected)).sum(1)
    rows = zip(players.phi, players.sigma, information, surprise, strict=True)
    sigma = np.array([_volatility(*row, tau) for row in rows])
    phi = 1 / np.sqrt(1 / (players.phi**2 + sigma**2) + information)
    return Ratings(players.mu + phi**2 * surprise, phi, sigma)


def _volatility(phi: float, sigma: float, information: float, surprise: float, tau: float) -> float:
    """Step 5: the root of f by the Illinois algorithm; who did not play keeps theirs."""
    if information == 0:
        return sigma
    variance, delta = 1 / information, surprise / information
    a = math.log(sigma**2)

    def f(x: float) -> float:
        e = math.exp(x)
        return e * (delta**2 - phi**2 - variance - e) / (2 * (phi**2 + variance + e) ** 2) - (x - a) / tau**2

    low = a
    if delta**2 > phi**2 + variance:
        high = math.log(delta**2 - phi**2 - variance)
    else:
        k = 1
        while f(a - k * tau) < 0:
            k += 1
        high = a - k * tau
    f_low, f_high = f(low), f(high)
    while abs(high - low) > CONVERGED:
        middle = low + (low - high) * f_low / (f_high - f_low)
        f_middle = f(middle)
        if f_middle * f_high <= 0:
            low, f_low = high, f_high
        else:
            f_low /= 2
        high, f_high = middle, f_middle
    return math.exp(low / 2)


def _newcomers(count: int) -> Ratings:
    return Ratings(np.zeros(count), np.full(count, 350 / SCALE), np.full(count, 0.06))


def _rows(ids: list[str], ratings: Ratings) -> Dataset:
    rating, deviation = SCALE * ratings.mu + 1500, SCALE * ratings.phi
    return Dataset(pa.table({"id": ids, "rating": rating, "deviation": deviation}))
