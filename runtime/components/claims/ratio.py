"""ratio: one level of an axis exceeds another by more than a share of it."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.claim import Refusal, claim
from heldout.runtime.components.claims.contract import Across, Directed, Level
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import RELATIVE
from heldout.runtime.evidence.sides import side_text, sides
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(
    decided_by=RELATIVE,
    refused=[
        Refusal(
            {"margin": {"maximum": -1}},
            "no positive number exceeds another by less than a share of -1, and `margin` is {margin}",
            "write 0.05 for five per cent",
        )
    ],
)
def ratio(
    results: Results,
    *,
    axis: Across = None,
    greater: Level,
    less: Level,
    margin: Annotated[
        float,
        Field(
            gt=-1, description="the gain that must be exceeded, as a share of `less`: 0.05 is five per cent."
        ),
    ] = 0.0,
    design: Directed,
) -> Outcome:
    """A metric is greater at one level, or in one cell, than at another, by more than a share of that.

    The test is of the log-ratios of pairs, whose signs may be exchanged where the two sides may swap names,
    against log(1 + margin). The effect is the gain of the geometric mean of the ratios, exp(mean log-ratio) -
    1, in which to double and to halve cancel out; interval and observations are gains too. Fleming & Wallace
    1986, "How Not to Lie with Statistics: The Correct Way to Summarize Benchmark Results" (Communications of
    the ACM 29).
    Differs from the paper: pairs are tested.

    Values that are not above zero have no ratio: the claim is then untested, and says where the first is.
    Other axes than those of `pair` and of the two sides are averaged over first.

    Args:
        greater: the level with the greater value.
        less: the level that it is measured by.

    Returns:
        supported where the gain exceeds the margin, contradicted where it falls short of it.

    Raises:
        ValueError: a value that is not above zero, or an axis or a level that the metric does not have.
    """
    both = sides(design.grid(results), design.pair, axis, [greater, less])
    lowest = np.nanmin(both.values, initial=np.inf)
    if lowest <= 0:
        raise ValueError(
            f"a ratio needs values above zero, and {design.metric_name} is as low as {plain(float(lowest))}"
        )
    logs = both._replace(values=np.log(both.values), terms=np.ones(1))  # what rounding does to a ratio of one
    return design.outcome(
        design.observations(both.axes, *logs.difference(0, 1), logs.terms),
        subject=f"gain of {side_text(greater)} on {side_text(less)}, as a share of it, {design.metric_name}",
        noun="log-ratios",
        null=float(np.log1p(margin)),
        null_words=f"above log {plain(1 + margin)}" if margin else "above zero",
        oracle=both.oracle,
        back=np.expm1,
    )
