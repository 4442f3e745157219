"""equivalent: two levels of an axis score the same, up to a margin."""

from heldout.runtime.claim import claim
from heldout.runtime.components.claims.compare import paired_differences
from heldout.runtime.components.claims.contract import NO_MARGIN, Across, Design, Level, Tolerance
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.evidence.reach import WITHIN_MARGIN
from heldout.runtime.evidence.sides import side_text
from heldout.runtime.results.results import Results


@claim(decided_by=WITHIN_MARGIN, refused=[NO_MARGIN])
def equivalent(
    results: Results,
    *,
    axis: Across = None,
    level: Level,
    reference: Level,
    margin: Tolerance,
    design: Design,
) -> Outcome:
    """A metric at one level of an axis differs from that at another by less than a margin.

    Two one-sided tests of the paired differences (`heldout.runtime.evidence.equivalence`). That no difference
    was found is no evidence that there is none; this is. Pairs are made as `compare` makes them.

    Args:
        level: the level that is held against the reference.
        reference: the level that it is as good as.

    Returns:
        supported where the difference lies within the margin, contradicted where it lies outside.

    Raises:
        ValueError: a margin that is not positive, or an axis or a level that the metric lacks.
    """
    differences, oracle = paired_differences(results, design, axis, level, reference)
    return design.equivalence(
        differences,
        subject=f"{side_text(level)} minus {side_text(reference)}, {design.metric_name}",
        noun="paired differences",
        middle=0.0,
        margin=margin,
        oracle=oracle,
        in_unit=True,
    )
