"""Score predicted numbers domain by domain."""

from typing import Annotated

from heldout.runtime.artifacts import Estimates, Table
from heldout.runtime.operator import ByGroup, Metrics, Use, operator
from heldout.runtime.scoring.errors import scores_by_domain


@operator(seconds=0.01)
def regression_per_domain(
    estimates: Annotated[Estimates, Use.EVALUATES],
) -> Annotated[
    Table,
    Metrics("mse", "rmse", "mae", better="lower"),
    Metrics("r2", better="higher"),
    ByGroup(),
]:
    """Errors in each domain by itself.

    Args:
        estimates: label and prediction of every example; without a column `domain` they are one domain
            with an empty name.

    Returns:
        one row a metric and domain; the column `group` is the domain, in order of first appearance.

    Raises:
        ValueError: there are no examples, or a label or prediction is no finite number.
    """
    if not len(estimates):
        raise ValueError("there are no examples to evaluate on")
    found = [
        (metric, value, name)
        for name, scores in scores_by_domain(estimates).items()
        for metric, value in scores.items()
    ]
    metric, value, group = zip(*found, strict=True)
    return Table.columns(metric=metric, value=value, group=list(group))
