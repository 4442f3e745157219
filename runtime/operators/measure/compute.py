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
    levels: list[list[float]] | None = None,
) -> Annotated[Table, MetricsFrom("formulas")]:
    """Arithmetic over metrics.

    A study writes `compute: "${1 - shifted.success / clean.success}"` in the place of `use`, and the
    compiler makes trees with inputs by number of it: `["-", 1, ["/", ["input", 0], ["input", 1]]]`.

    Args:
        inputs: the numbers that formulas read, of a stage that gathers nothing.
        members: of one that gathers: for each of the cells gathered, one after the other, all inputs.
            A cell at which one of them is missing is left out.
        formulas: by metric, the tree of its formula.
        levels: for each of the cells gathered the numbers of axes that formulas read, after the inputs.

    Returns:
        the metrics of `formulas`, each in the unit that its formula gives; NaN where it has no value,
        such as where it divides by zero, is too large, or reads a number that is not finite.

    Raises:
        ValueError: a formula is none, the numbers are not as many as it reads, or no cell has all.
    """
    read = {metric: Formula(tree) for metric, tree in formulas.items()}
    num_read = max((formula.num_inputs for formula in read.values()), default=0)
    cells = (
        [list(inputs or ())]
        if members is None and levels is None
        else _cells(members or [], levels, num_read)
    )
    if any(len(cell) != num_read for cell in cells):
        raise ValueError(f"the formulas read {num_read} numbers, and {len(cells[0])} are given")
    whole = [[float(one) for one in cell if one is not None] for cell in cells if None not in cell]
    if not whole:
        raise ValueError(
            f"none of {len(cells)} gathered cells has all {num_read} numbers that the formulas read"
        )
    return Table.of({metric: _number(formula, whole) for metric, formula in read.items()})


def _cells(
    members: list[Scalar | None], levels: list[list[float]] | None, num_read: int
) -> list[list[float | None]]:
    """What is read at each of the cells gathered: the inputs, then the numbers of axes.

    Raises:
        ValueError: they are not as many at each.
    """
    num_cells = len(members) // max(num_read, 1) if levels is None else len(levels)
    width = len(members) // max(num_cells, 1)
    if not num_cells or len(members) != num_cells * width:
        raise ValueError(
            f"the formulas read {num_read} numbers, and {len(members)} are given of {num_cells} cells"
        )
    of_axes = levels or [[]] * num_cells
    return [[*members[cell * width : (cell + 1) * width], *of_axes[cell]] for cell in range(num_cells)]


def _number(formula: Formula, members: list[list[float]]) -> float:
    try:
        return float(formula.of(members))
    except Undefined:
        return math.nan
