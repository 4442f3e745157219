"""at-chance: a metric is no better, and no worse, than guessing."""

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.contract import NO_MARGIN, Design, Tolerance
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import WITHIN_MARGIN
from heldout.runtime.results.numbers import plain
from heldout.runtime.results.results import Results


@claim(decided_by=WITHIN_MARGIN, refused=[NO_MARGIN])
def at_chance(results: Results, *, chance: float, margin: Tolerance, design: Design) -> Outcome:
    """A metric lies at the level of chance, within a margin on either side.

    Two one-sided tests (`heldout.runtime.evidence.equivalence`) of the values less `chance`. Below chance is
    not at chance: a model that is wrong in a system has learned something. Axes that are named
    neither in `pair` nor `where` are averaged over first.

    Args:
        chance: what guessing scores: 0.1 for the accuracy over ten classes of equal size.

    Returns:
        supported where the metric lies within the margin of chance, contradicted where outside.

    Raises:
        ValueError: a margin that is not positive, or an axis or a level that the metric lacks.
    """
    cells = design.cells(results)
    return design.equivalence(
        design.observations(cells.axes, cells.values, cells.exists),
        subject=f"{design.metric_name}, where chance is {plain(chance)}",
        noun="values",
        middle=chance,
        margin=margin,
        oracle=bool(cells.oracle.any()),
        symmetric=False,
        in_unit=True,
    )
