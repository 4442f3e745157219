"""What observations say of an effect: its size, a test of it, and an interval, most often the test's own."""

from dataclasses import dataclass, field

from heldout.runtime.evidence.fills import fills
from heldout.runtime.evidence.observations import MissingRule, Observations
from heldout.runtime.statistics.centre import Statistic, effect_of, unit_means
from heldout.runtime.statistics.interval import Ends
from heldout.runtime.statistics.over_units import ENDS, TESTS, UnitTest
from heldout.runtime.statistics.sign_flip import Tested
from heldout.runtime.statistics.standardized import standardized_interval


@dataclass(frozen=True)
class Evidence:
    """What observations say of an effect against its value under the null.

    Attributes:
        ends: the interval of the values that the test does not exclude, by the level on either side; None
            where the test has none.
        interval_by: the test whose interval this is, in words, where it is another than the one that decides.
    """

    effect: float
    test: Tested
    ends: Ends | None = field(default=None, compare=False)
    standardized: float | None = None
    standardized_interval: tuple[float, float] | None = None
    spread: float | None = None
    interval_by: str = ""


def weigh(
    observations: Observations, null: float, statistic: Statistic, test: UnitTest, missing: MissingRule
) -> Evidence:
    """The effect, the test of whether it is `null`, and the interval of the values that the test allows.

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
        ends=_widest(observations, null, statistic, test)
        if against
        else ENDS[test](values, unit, statistic, null),
        test=_weakest(observations, null, statistic, test)
        if against
        else TESTS[test](values - null, unit, statistic),
        standardized=standardized,
        standardized_interval=standardized_interval(standardized, len(means)),
        spread=spread if len(means) > 1 else None,
    )


def _widest(observations: Observations, null: float, statistic: Statistic, test: UnitTest) -> Ends:
    """From the lowest to the highest end of all intervals that there may have been."""
    possible = [
        ENDS[test](one.values, one.unit, statistic, null)
        for one in fills(observations, null, all_corners=test == "t")
    ]

    def ends(level: float) -> tuple[float, float]:
        lows, highs = zip(*(one(level) for one in possible), strict=True)
        return min(lows), max(highs)

    return ends


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
