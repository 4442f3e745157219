"""What is written to the terminal: plain in logs and pipes, coloured where a person looks."""

import json
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console

FAILED, INVALID, MISSING = 1, 2, 3

# rich honours NO_COLOR, and writes plain text where the output is no terminal.
# A table in a pipe or a log is as wide as it needs.
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None) -> None:
    """A line for people, on standard error so that standard output stays data."""
    err.print(text, style=style, markup=False)


def print_json(value: Any) -> None:
    """A value for scripts, on standard output."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def stop(message: str, code: int, hint: str = "") -> NoReturn:
    """End with a message and an exit code."""
    err.print(f"heldout: {message}", style="red", markup=False)
    if hint:
        err.print(hint, markup=False)
    raise typer.Exit(code)
