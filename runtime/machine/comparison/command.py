"""`python -m heldout.runtime compare`: two runs of a study, cell by cell.

Exit codes: 0 they are equal, within the tolerance; 1 they differ; 2 what was given holds no results.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from heldout.runtime.machine.comparison.comparison import Comparison, Difference

SUMMARY = "hold two runs of a study against each other"

EQUAL, DIFFERENT, NO_RESULTS = 0, 1, 2
SHOWN = 10  # differences in the text; JSON has all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    place = "a results.parquet, or a folder of a report or a workflow"
    parser.add_argument("a", type=Path, metavar="A", help=place)
    parser.add_argument("b", type=Path, metavar="B", help=place)
    parser.add_argument(
        "--tolerance", type=float, default=0.0, metavar="T", help="|x - y| <= T max(1, |x|, |y|) is equal"
    )
    parser.add_argument("--json", action="store_true", help="write JSON, with every difference")


def main(arguments: argparse.Namespace) -> int:
    from heldout.runtime.machine.comparison.comparison import compare_results, find_results

    try:
        if not arguments.tolerance >= 0:  # also false for NaN
            raise ValueError(f"a tolerance is 0 or more, got {arguments.tolerance}")
        a, b = find_results(arguments.a), find_results(arguments.b)
        if a.samefile(b):
            print(f"note: both are the same file, {a}: this compares a run with itself", file=sys.stderr)
        found = compare_results(a, b, arguments.tolerance)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return NO_RESULTS
    print(json_text(found) if arguments.json else text(found))
    return EQUAL if found.equal else DIFFERENT


def json_text(found: "Comparison") -> str:
    """The comparison as JSON."""
    lines = [
        {"stage": line.stage, "metric": line.metric, **line.counts, "largest difference": line.largest}
        for line in found.lines
    ]
    differences = [
        {
            "stage": one.stage,
            "metric": one.metric,
            "cell": one.cell,
            "state": one.state,
            **{name: _number(value) for name, value in (("a", one.a), ("b", one.b))},
        }
        for one in found.differences
    ]
    return json.dumps({"equal": found.equal, "values": lines, "differences": differences}, indent=1)


def _number(value: float | None) -> float | str | None:
    """JSON has no infinity and no NaN: they are written as text."""
    return value if value is None or math.isfinite(value) else str(value)


def text(found: "Comparison") -> str:
    """The comparison as a table, the largest differences below it."""
    from heldout.runtime.machine.comparison.comparison import STATES

    states = [state for state in STATES if found.count(state)]
    rows = [["stage", "metric", *states, "largest difference"]]
    for line in found.lines:
        counts = [str(line.counts.get(state, 0)) for state in states]
        rows.append([line.stage, line.metric, *counts, f"{line.largest:.3g}" if line.largest else "0"])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = [
        "  ".join(
            part.ljust(w) if n < 2 else part.rjust(w)
            for n, (part, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    shown = [_line(one) for one in found.differences[:SHOWN]]
    rest = len(found.differences) - len(shown)
    more = [f"  and {rest} more; --json lists them all"] if rest else []
    total = len(found.differences)
    verdict = "equal" if found.equal else f"different: {total} {'value' if total == 1 else 'values'}"
    return "\n".join([*table, "", verdict, *shown, *more])


def _line(one: "Difference") -> str:
    from heldout.runtime.machine.comparison.comparison import cell_text

    a, b = ("missing" if value is None else f"{value:.10g}" for value in (one.a, one.b))
    return f"  {one.stage} {one.metric} ({cell_text(one.cell)}): {a} and {b}"
