"""threshold: a metric lies above, or below, a number."""

from typing import Literal

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.contract import ONE_BOUND, Above, Below, Directed
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import OVER_UNITS
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(decided_by=OVER_UNITS, refused=ONE_BOUND)
def threshold(results: Results, *, above: Above = None, below: Below = None, design: Directed) -> Outcome:
    """A metric is greater, or smaller, than a given number.

    Each combination of the levels of `pair` is one value, held against the number; the distances
    are tested by flipping signs, which takes them to scatter symmetrically about their centre.
    Axes that are named neither in `pair` nor `where` are averaged over first.

    Returns:
        supported where the metric lies on the claimed side, contradicted where on the other.

    Raises:
        ValueError: both or none of `above` and `below`; an axis or a level that the metric lacks.
    """
    if (above is None) == (below is None):
        raise ValueError(f"a threshold is above or below one number, got above={above} and below={below}")
    direction: Literal[1, -1] = 1 if above is not None else -1
    null, word = (above, "above") if above is not None else (below, "below")
    assert null is not None
    cells = design.cells(results)
    return design.outcome(
        design.observations(cells.axes, cells.values, cells.exists),
        subject=design.metric_name,
        noun="values",
        null=null,
        null_words=f"{word} {plain(null)}",
        direction=direction,
        oracle=bool(cells.oracle.any()),
        symmetric=False,
        in_unit=True,
    )
