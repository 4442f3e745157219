"""threshold-rows: a metric lies above, or below, a number, on examples drawn as these were."""

from typing import Literal

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.compare_rows import OVER_ROWS, RowDesign
from heldout.runtime.components.claims.contract import ONE_BOUND, Above, Below
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.rows_by_run import Side
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(decided_by=OVER_ROWS, refused=ONE_BOUND)
def threshold_rows(
    results: Results, *, above: Above = None, below: Below = None, design: RowDesign
) -> Outcome:
    """A metric is greater, or smaller, than a given number, on other examples.

    The units are the rows, crossed with the runs where `runs` names an axis, as `compare-rows` has them. Of
    one model whose rows are right or wrong the binomial distribution decides. Axes that are not named are
    averaged over within a run.

    Returns:
        supported where the metric lies on the claimed side, contradicted where on the other.

    Raises:
        ValueError: both or none of `above` and `below`; an axis, a level or a column that is not there.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a threshold is above or below one number, got above={above} and below={below}")
    direction: Literal[1, -1] = 1 if above is not None else -1
    null, word = (above, "above") if above is not None else (below, "below")
    assert null is not None
    over_rows = design.over_rows
    return over_rows.outcome(
        results,
        (Side(None, 1.0),),
        None,
        subject=over_rows.metric_name,
        noun="values over all rows",
        null=null,
        null_words=f"{word} {plain(null)}",
        direction=direction,
    )
