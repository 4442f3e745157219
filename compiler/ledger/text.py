"""How a ledger is written: one text for equal entries, whose differences people can read."""

import json
from typing import Any

from heldout.compiler.ledger.entry import Ledger

# More than the report, a figure or a verdict shows of any number. What is left out differs between machines.
DIGITS = 8
WIDTH = 110


def as_kept(value: Any) -> Any:
    """A value as a ledger keeps it: numbers of eight significant digits, texts on one line."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0  # a negative zero is zero
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {name: as_kept(one) for name, one in value.items()}
    return [as_kept(one) for one in value] if isinstance(value, list | tuple) else value


def ledger_text(ledger: Ledger) -> str:
    """A ledger as it is written: keys in their order, scales by name, what is as it mostly is left out."""
    value = ledger.model_dump(mode="json", exclude_defaults=True)
    value["scales"] = dict(sorted(value["scales"].items()))
    return _text({"heldout": ledger.heldout, **value}, 0) + "\n"


def _text(value: Any, depth: int) -> str:
    """JSON on one line where that is short, else a line for each part."""
    short = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(short) + depth <= WIDTH:
        return short
    indent, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, list):
        return "[" + ",".join(indent + _text(one, depth + 1) for one in value) + end + "]"
    parts = (f"{json.dumps(key, ensure_ascii=False)}: {_text(one, depth + 1)}" for key, one in value.items())
    return "{" + ",".join(indent + part for part in parts) + end + "}"
