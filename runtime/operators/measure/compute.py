"""Metrics made of metrics by arithmetic: what a stage with `compute` runs."""

import math
from typing import Annotated, Any

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import MetricsFrom, operator
from heldout.runtime.operators.measure._formula import Formula, Undefined


@operator(seconds=0.005)
def compute(
    inputs: list[Scalar] | None = None,
    members: list[Scalar | None] | None = None,
    *,
    formulas: dict[str, Any],
) -> Annotated[Table, MetricsFrom("formulas")]:
    """Arithmetic over metrics.

    A study writes `compute: "${1 - shifted.success / clean.success}"` in the place of `use`, and the
    compiler makes trees with inputs by number of it: `["-", 1, ["/", ["input", 0], ["input", 1]]]`.

    Args:
        inputs: the numbers that formulas read, of a stage that gathers nothing.
        members: of one that gathers: for each of the cells gathered, one after the other, all inputs.
            A cell at which one of them is missing is left out.
        formulas: by metric, the tree of its formula.

    Returns:
        the metrics of `formulas`, each in the unit that its formula gives; NaN where it has no value,
        such as where it divides by zero, is too large, or reads a number that is not finite.

    Raises:
        ValueError: a formula is none, the numbers are not as many as it reads, or no cell has all.
    """
    read = {metric: Formula(tree) for metric, tree in formulas.items()}
    width = max((formula.num_inputs for formula in read.values()), default=0)
    given = inputs if members is None else members
    if len(given or ()) % max(width, 1) or (members is None and len(given or ()) != width):
        raise ValueError(f"the formulas read {width} numbers, and {len(given or ())} are given")
    rows = [
        (given or [])[start : start + width] for start in range(0, max(len(given or ()), 1), max(width, 1))
    ]
    whole = [[float(one) for one in row if one is not None] for row in rows]
    whole = [row for row in whole if len(row) == width]
    if not whole:
        raise ValueError(f"none of {len(rows)} gathered cells has all {width} numbers that the formulas read")
    return Table.of({metric: _number(formula, whole) for metric, formula in read.items()})


def _number(formula: Formula, members: list[list[float]]) -> float:
    try:
        return float(formula.of(members))
    except Undefined:
        return math.nan
