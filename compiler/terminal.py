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
    err.print(printable(text), style=style, markup=False)


def printable(text: str) -> str:
    """A text that may hold anything, without what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def counted(number: int, noun: str) -> str:
    """A number of things: `1 task`, `2 tasks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_json(value: Any) -> None:
    """A value for scripts, on standard output."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def stop(message: str, code: int, hint: str = "") -> NoReturn:
    """End with a message and an exit code."""
    say(f"heldout: {message}", style="red")
    if hint:
        say(hint)
    raise typer.Exit(code)
