"""Partial conjunction: whether at least so many of several hypotheses hold, from a p-value of each."""

from collections.abc import Sequence


def partial_conjunction(p_values: Sequence[float], at_least: int) -> float:
    """The p-value of the null that fewer than so many of several hypotheses hold.

    Benjamini & Heller 2008, "Screening for Partial Conjunction Hypotheses" (Biometrics 64), section 2: under
    that null, one of the p-values that are not among the `at_least` - 1 smallest is of a hypothesis that does
    not hold, and so are n - `at_least` others: the `at_least`-th smallest times n - `at_least` + 1, whatever
    the dependence (Bonferroni). All of n is the intersection-union test, one of n is Bonferroni's.
    Differs from the paper: nothing.

    Args:
        p_values: of each, against the null that it does not hold.
        at_least: from 1 to their number.

    Raises:
        ValueError: there are not so many.
    """
    if not 1 <= at_least <= len(p_values):
        raise ValueError(f"of {len(p_values)} hypotheses there are no {at_least} that could hold")
    return min(1.0, (len(p_values) - at_least + 1) * sorted(p_values)[at_least - 1])


def how_many_hold(p_values: Sequence[float], level: float, at_least: int) -> int:
    """The lower end of how many hold, at a level: at least `at_least` exactly where that test says so.

    From that test up to the last that rejects without a gap, else down to the next that does. Each null is
    rejected wrongly with probability `level` at most; that none of them is, and the end does not exceed the
    truth, holds at that level where p-values are independent or positively dependent (Hochberg 1988, "A
    Sharper Bonferroni Procedure for Multiple Tests of Significance", Biometrika 75; Sarkar 1998).
    """

    def rejected(number: int) -> bool:
        return partial_conjunction(p_values, number) <= level

    found = at_least
    if rejected(found):
        while found < len(p_values) and rejected(found + 1):
            found += 1
        return found
    return next((number for number in range(at_least - 1, 0, -1) if rejected(number)), 0)
