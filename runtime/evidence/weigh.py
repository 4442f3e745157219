"""What observations say of an effect: its size, its interval, and a test of it."""

from dataclasses import dataclass

from heldout.runtime.evidence.fills import fills
from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.statistics.centre import Statistic, effect_of, unit_means
from heldout.runtime.statistics.interval import FEW_UNITS, Interval, interval
from heldout.runtime.statistics.over_units import TESTS, UnitTest
from heldout.runtime.statistics.sign_flip import Tested
from heldout.runtime.statistics.standardized import standardized_interval


@dataclass(frozen=True)
class Evidence:
    """What observations say of an effect against its value under the null."""

    effect: float
    interval: Interval | None
    test: Tested
    standardized: float | None = None
    standardized_interval: tuple[float, float] | None = None
    spread: float | None = None


def weigh(
    observations: Observations, null: float, statistic: Statistic, test: UnitTest, missing: MissingRule
) -> Evidence:
    """The effect, its interval, and the test of whether it is `null`.

    With `missing: against`, the effect is that of what was seen, and test and interval hold whatever the
    missing observations may have been (`heldout.runtime.evidence.fills`): a lost cell can weaken a verdict
    and never bring one about.
    """
    values, unit = observations.values, observations.unit
    means = unit_means(values, unit) - null
    spread = float(means.std(ddof=1)) if len(means) > 1 else 0.0
    # Values that differ by rounding alone have no spread to measure an effect in.
    standardized = float(means.mean()) / spread if spread > observations.rounding else None
    against = missing == "against" and bool(observations.missing)
    return Evidence(
        effect=effect_of(values, unit, statistic),
        interval=(_widest if against else _seen)(observations, null, statistic),
        test=_weakest(observations, null, statistic, test)
        if against
        else TESTS[test](values - null, unit, statistic),
        standardized=standardized,
        standardized_interval=standardized_interval(standardized, len(means)),
        spread=spread if len(means) > 1 else None,
    )


def _seen(observations: Observations, null: float, statistic: Statistic) -> Interval | None:
    return interval(observations.values, observations.unit, statistic)


def _widest(observations: Observations, null: float, statistic: Statistic) -> Interval | None:
    """From the lowest to the highest end of all intervals that there may have been."""
    students = statistic == "mean" and observations.num_units < FEW_UNITS
    seen, *others = (_seen(one, null, statistic) for one in fills(observations, null, all_corners=students))
    if seen is None:
        return None
    found = [seen, *(one for one in others if one is not None)]
    low, high = min(one.low for one in found), max(one.high for one in found)
    return Interval(low, high, f"{seen.method}, for whatever the missing ones may have been")


def _weakest(observations: Observations, null: float, statistic: Statistic, test: UnitTest) -> Tested:
    """The greatest p-value of each side of all that there may have been."""
    seen, *others = (
        TESTS[test](one.values - null, one.unit, statistic)
        for one in fills(observations, null, all_corners=test == "t")
    )
    return seen._replace(
        p_greater=max(one.p_greater for one in (seen, *others)),
        p_less=max(one.p_less for one in (seen, *others)),
    )
