"""Rows as text."""

from collections.abc import Iterable
from typing import Any

MOST_COLUMNS = 12  # in lines of a row each
TEXT_WIDTH, NUMBER_WIDTH = 30, 7  # at least, since the rows to come are not known


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as text: one line each, or one line a field where there is one row only."""
    texts = [[_text(value) for value in row.values()] for row in rows]
    lines = [list(rows[0]), *texts]
    if len(rows) == 1:
        lines = [list(pair) for pair in zip(*lines, strict=True)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (("  ".join(t.rjust(w) for t, w in zip(line, widths, strict=True))) for line in lines)
    return "".join(f"  {line}\n" for line in padded)


class RowPrinter:
    """Prints the rows of a table one by one, each as soon as there is one."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def __call__(self, row: dict[str, Any]) -> None:
        """A line under a line of names; a line a field where there are too many."""
        if len(row) > MOST_COLUMNS:
            print(table([row]), flush=True)
            return
        texts = [_text(value) for value in row.values()]
        if not self._widths:
            least = (TEXT_WIDTH if isinstance(value, str) else NUMBER_WIDTH for value in row.values())
            self._widths = [max(of) for of in zip(map(len, row), map(len, texts), least, strict=True)]
            self._print(row)
        self._print(texts)

    def _print(self, texts: Iterable[str]) -> None:
        padded = (text.rjust(width) for text, width in zip(texts, self._widths, strict=True))
        print(f"  {'  '.join(padded)}", flush=True)


def _text(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool() | str():
            return str(value)
        case int():
            return f"{value:,}"
        case _:
            return f"{value:.3g}" if value < 100 else f"{value:,.0f}"
