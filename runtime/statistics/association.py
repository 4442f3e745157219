"""How two lists of numbers go together: correlations, their interval and their permutation test."""

import math
from collections.abc import Iterator
from itertools import islice, permutations
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.centre import Statistic, centre
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.rounding import ROUNDING, tied_ranks
from heldout.runtime.statistics.sign_flip import BATCH_NUMBERS, DRAWS, Tested

Coefficient = Literal["spearman", "pearson", "kendall"]
EXACT_LEVELS = 8  # all 8! = 40,320 orders are counted, of more levels some are drawn
FEWEST_STUDENTIZED = 8  # of fewer, too many orders are as far out as those that agree wholly


class Scored(NamedTuple):
    """Numbers made ready: a correlation is the sum of the products of two of these.

    Attributes:
        values: [num_lists, num_levels], or [num_lists, num_levels, num_levels] of pairs (Kendall).
        ranked: the values are ranks (Spearman), which are estimates themselves.
    """

    values: np.ndarray
    ranked: bool = False

    def permuted(self, orders: np.ndarray) -> np.ndarray:
        """The lists with their levels in other orders, [num_orders, *values.shape]."""
        if self.values.ndim == 2:
            return np.moveaxis(self.values[:, orders], 0, 1)
        return np.moveaxis(self.values[:, orders[:, :, None], orders[:, None, :]], 0, 1)


def scored(lists: np.ndarray, coefficient: Coefficient) -> Scored:
    """Numbers centred and scaled for a coefficient; NaN for a list whose numbers are all equal.

    Pearson's is of the numbers, Spearman's of their ranks (ties share a rank), and Kendall's tau-b
    (Kendall 1945, "The Treatment of Ties in Ranking Problems") of the signs of all differences.
    """
    if coefficient == "kendall":
        ranks = tied_ranks(lists)
        values = np.sign(ranks[:, :, None] - ranks[:, None, :])
    else:
        values = stats.rankdata(tied_ranks(lists), axis=-1) if coefficient == "spearman" else lists
        centred = values - values.mean(axis=-1, keepdims=True)
        # What is equal but for rounding lies at the mean.
        far = np.abs(centred) > ROUNDING * np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
        values = np.where(far, centred, 0.0)
    over = tuple(range(1, values.ndim))
    norm = np.sqrt(np.square(values).sum(axis=over, keepdims=True))
    scaled = np.divide(values, norm, out=np.full(values.shape, np.nan), where=norm > 0)
    return Scored(scaled, ranked=coefficient == "spearman")


def correlations(x: Scored, y: Scored) -> np.ndarray:
    """The correlation of each list of x with that of y, [num_lists]."""
    found: np.ndarray = (x.values * y.values).sum(axis=tuple(range(1, x.values.ndim)))
    return found


def orders_of(num_levels: int, size: int = 1) -> Iterator[np.ndarray]:
    """Orders of the levels in batches [batch, num_levels]: all of them, or as many as are drawn.

    Args:
        size: how many numbers move with each level, so that batches are smaller where they are many.
    """
    batch = max(1, BATCH_NUMBERS // (num_levels * size) ** 2)
    if num_levels <= EXACT_LEVELS:
        every = permutations(range(num_levels))
        while chunk := list(islice(every, batch)):
            yield np.array(chunk)
        return
    rng = numpy_stream(0, "permutation")
    for start in range(0, DRAWS, batch):
        shape = (min(batch, DRAWS - start), num_levels)
        yield rng.permuted(np.broadcast_to(np.arange(num_levels), shape), axis=1)


def smallest_permutation_p(num_levels: int) -> float:
    """That of the one order in which the levels stand."""
    return 1 / math.factorial(num_levels)


def permute_blocks(x: Scored, y: Scored, statistic: Statistic, blocks: np.ndarray) -> Tested:
    """The same of points that are not independent of each other: blocks of them change places whole.

    Under the null all that y is in a block may belong to any block's x. What y is at each place within
    blocks, on the average over them, stays where it is: the null is about blocks, and not about places.

    Args:
        blocks: the points of each block, in one order of the places within, [num_blocks, num_places].
    """
    num_blocks, num_places = blocks.shape
    observed = float(centre(correlations(x, y), statistic))
    above = below = count = 0
    for orders in orders_of(num_blocks, num_places):
        moved = np.empty((len(orders), num_blocks * num_places), dtype=np.int64)
        moved[:, blocks.ravel()] = blocks[orders].reshape(len(orders), -1)
        products = y.permuted(moved) * x.values
        null = centre(products.sum(axis=tuple(range(2, products.ndim))), statistic)
        above += int((null >= observed - 1e-12).sum())
        below += int((null <= observed + 1e-12).sum())
        count += len(null)
    what = f"{num_blocks} blocks of {num_places} points put in"
    if num_blocks <= EXACT_LEVELS:
        smallest = smallest_permutation_p(num_blocks)
        return Tested(above / count, below / count, smallest, f"{what} all {count} orders")
    return Tested(
        (above + 1) / (count + 1), (below + 1) / (count + 1), 1 / (count + 1), f"{what} {DRAWS} random orders"
    )


def permute_levels(x: Scored, y: Scored, statistic: Statistic, studentized: bool = False) -> Tested:
    """Test whether correlations are centred at zero, by putting the levels of y in other orders.

    Fisher 1935, "The Design of Experiments"; Phipson & Smyth 2010, "Permutation P-values Should
    Never Be Zero".
    Differs from the paper: nothing; ties are counted in full.

    Under the null a level's y may belong to any level's x. All lists are put in the same order at
    once: five seeds of one environment share that environment, and are no five environments.

    That is the null of independence: levels at which both sides vary more than at others are dependent
    without a correlation, and then it is rejected in up to 0.14 of studies at 0.05. `studentized` divides by
    an error that the variance at each level goes into, after which the null is that the correlation is zero,
    for many levels. DiCiccio & Romano 2017, "Robust Permutation Tests For Correlation And Regression
    Coefficients" (Journal of the American Statistical Association 112), Theorem 2.2, show it for Pearson's
    correlation.
    Differs from the paper: it is about one list and Pearson's. Ours is that each level's part is averaged
    over the lists; that for Kendall's tau, a sum over pairs of levels, a level's part is that of all its
    pairs; and that for Spearman's it is the influence function, in which ranks are estimates (`_of_ranks`).
    Ranks in one order have the smallest p-value that there is; numbers on a line do not: at equal distances
    eight have p 0.011, ten 0.005 and twelve 0.001.
    """
    num_levels = y.values.shape[1]
    if studentized and num_levels < FEWEST_STUDENTIZED:
        words = (
            f"levels put in other orders, studentized, say nothing of fewer than {FEWEST_STUDENTIZED} levels"
        )
        return Tested(1.0, 1.0, 1.0, words)

    def strength(orders: np.ndarray) -> np.ndarray:
        """Of orders of the levels, [num_orders]: the centre, over its error where that is wanted."""
        moved = y.permuted(orders)
        products = moved * x.values
        found = centre(products.sum(axis=tuple(range(2, moved.ndim))), statistic)
        if not studentized:
            return found
        by_level = products.sum(axis=tuple(range(3, moved.ndim)))
        if x.ranked:
            by_level = by_level + _of_ranks(x.values, y.values, orders)
        error = np.sqrt(np.square(by_level.mean(axis=1)).sum(axis=-1))
        divided_by: np.ndarray = np.divide(found, error, out=np.zeros_like(found), where=error > 0)
        return divided_by

    observed = float(strength(np.arange(num_levels)[None])[0])
    above = below = count = 0
    for orders in orders_of(num_levels):
        null = strength(orders)
        above += int((null >= observed - 1e-12).sum())
        below += int((null <= observed + 1e-12).sum())
        count += len(null)
    divided = ", studentized" if studentized else ""
    if num_levels <= EXACT_LEVELS:
        smallest = smallest_permutation_p(num_levels)  # studentized, numbers can have it, if not on a line
        return Tested(above / count, below / count, smallest, f"levels put in all {count} orders{divided}")
    method = f"levels put in {DRAWS} random orders{divided}"
    return Tested((above + 1) / (count + 1), (below + 1) / (count + 1), 1 / (count + 1), method)


def smallest_studentized_p(num_levels: int) -> float:
    """The same, where there are levels enough."""
    return smallest_permutation_p(num_levels) if num_levels >= FEWEST_STUDENTIZED else 1.0


def _of_ranks(x: np.ndarray, y: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """What a level does to Spearman's correlation as one that the others are ranked by.

    The influence function of a correlation of ranks has, beside the product R_i Q_i of a level's own, the
    sums over j of (sign(x_j - x_i) / 2) Q_j and (sign(y_j - y_i) / 2) R_j, less the mean of each. Croux &
    Dehon 2010, "Influence Functions of the Spearman and Kendall Correlation Measures" (Statistical Methods &
    Applications 19).
    Differs from the paper: ties count half on either side, and it is taken at the numbers that were seen.

    Args:
        x, y: ranks, centred and scaled to length 1, [num_lists, num_levels].
        orders: that the levels of y are put in, [num_orders, num_levels].

    Returns:
        [num_orders, num_lists, num_levels], on the scale of the products of x and y.
    """
    moved = np.moveaxis(y[:, orders], 0, 1)
    # y is moved; the sum over its pairs is the same as of y itself with x put back, and then moved.
    back = np.moveaxis(x[:, np.argsort(orders, axis=1)], 0, 1)
    by_x = np.einsum("lij,olj->oli", _halves(x), moved, optimize=True)
    by_y = np.einsum("lij,olj->oli", _halves(y), back, optimize=True)
    by_y = np.take_along_axis(by_y, orders[:, None, :], axis=2)
    both: np.ndarray = by_x + by_y - (by_x + by_y).mean(axis=-1, keepdims=True)
    return both


def _halves(ranks: np.ndarray) -> np.ndarray:
    """sign(r_j - r_i) / 2 over the length of the ranks as they were, [num_lists, num_levels, num_levels]."""
    halves = np.sign(ranks[:, None, :] - ranks[:, :, None]) / 2
    length = np.sqrt(np.square(halves.sum(axis=-1)).sum(axis=-1))
    scaled: np.ndarray = halves / length[:, None, None]
    return scaled


def fisher_error(correlation: float, num_levels: int, coefficient: Coefficient) -> float | None:
    """The standard error of atanh(correlation); None for too few levels.

    Pearson: Fisher 1921, 1 / sqrt(n - 3). Spearman: Bonett & Wright 2000, "Sample Size Requirements
    for Estimating Pearson, Kendall and Spearman Correlations", sqrt((1 + r^2 / 2) / (n - 3)).
    Kendall: Fieller, Hartley & Pearson 1957, sqrt(0.437 / (n - 4)).
    """
    freedom = num_levels - (4 if coefficient == "kendall" else 3)
    if freedom < 1:
        return None
    factor = {"pearson": 1.0, "spearman": 1 + correlation**2 / 2, "kendall": 0.437}[coefficient]
    return math.sqrt(factor / freedom)


def fisher_ends(correlation: float, num_levels: int, coefficient: Coefficient) -> Ends | None:
    """The interval of the correlations that `fisher_test` does not exclude.

    None for too few levels, and for a correlation that is NaN.
    """
    error = fisher_error(correlation, num_levels, coefficient)
    if error is None or math.isnan(correlation):
        return None
    middle = math.atanh(_inside(correlation))

    def ends(level: float) -> tuple[float, float]:
        half = float(stats.norm.isf(level)) * error
        return math.tanh(middle - half), math.tanh(middle + half)

    return ends


def _inside(correlation: float) -> float:
    """A correlation that is not NaN, as one that has an atanh."""
    return max(-1 + 1e-12, min(1 - 1e-12, correlation))


def smallest_fisher_p(num_levels: int, coefficient: Coefficient) -> float:
    """As small as the data say, where there are levels enough for a standard error."""
    return 1.0 if fisher_error(0.0, num_levels, coefficient) is None else 0.0


def fisher_test(correlation: float, null: float, num_levels: int, coefficient: Coefficient) -> Tested:
    """Test a correlation against one that need not be zero, by Fisher's transformation."""
    error = fisher_error(correlation, num_levels, coefficient)
    if math.isnan(correlation):
        return Tested(
            1.0, 1.0, 1.0, "Fisher's transformation says nothing of a correlation that is undefined"
        )
    if error is None:
        return Tested(1.0, 1.0, 1.0, f"Fisher's transformation says nothing of {num_levels} levels")
    z = (math.atanh(_inside(correlation)) - math.atanh(null)) / error
    method = f"Fisher's transformation over {num_levels} levels"
    return Tested(float(stats.norm.sf(z)), float(stats.norm.cdf(z)), 0.0, method)
