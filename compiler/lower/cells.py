"""The cells' file: the task of every cell that the report does not read."""

import json

from heldout.compiler.compile import Compiled


def cells_text(compiled: Compiled) -> str:
    """`plan/cells.json`: by stage the task of every cell, row-major over its axes; null where there is none.

    Of the stages without tables alone: `plan/report.json` has the cells of the others.
    """
    scope = compiled.scope
    cells = {
        name: list(expansion.ids)
        for name, expansion in compiled.expansions.items()
        if all(scope.kind(name, port) != "Table" for port in expansion.operator.outputs)
    }
    return json.dumps(cells, separators=(",", ":")) + "\n"
