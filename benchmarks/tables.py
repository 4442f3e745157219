"""Rows as text."""

from typing import Any


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as text: one line each, or one line a field where there is one row only."""
    texts = [[_text(value) for value in row.values()] for row in rows]
    lines = [list(rows[0]), *texts]
    if len(rows) == 1:
        lines = [list(pair) for pair in zip(*lines, strict=True)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (("  ".join(t.rjust(w) for t, w in zip(line, widths, strict=True))) for line in lines)
    return "".join(f"  {line}\n" for line in padded)


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
