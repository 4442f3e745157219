"""What is written to the terminal: plain in logs and pipes, coloured where a person looks."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.refusal import Kind, Refusal

FAILED, INVALID, MISSING = 1, 2, 3
EXIT_CODES: Mapping[Kind, int] = {"failed": FAILED, "wrong": INVALID, "missing": MISSING}


class _Console(Console):
    """A console that lets its commands know when the reader of what they say has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


# rich honours NO_COLOR, and writes plain text where the output is no terminal.
# A table in a pipe or a log is as wide as it needs.
out = _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
err = _Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str, style: str | None = None) -> None:
    """A line for people, on standard error so that standard output stays data."""
    err.print(printable(text), style=style, markup=False)


def say_warned(number: int, spec: Path | None) -> None:
    """That a study does what is rarely meant, where something else is being said of it."""
    if number and spec is not None:
        warnings, them = ("1 warning", "it") if number == 1 else (f"{number} warnings", "them")
        say(f"{warnings}: `heldout check {spec}` shows {them}", "yellow")


def show(text: str) -> None:
    """Lines that were asked for, on standard output."""
    sys.stdout.write(printable(text.expandtabs()) + "\n")


def printable(text: str) -> str:
    """A text that may hold anything, without what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def _escaped(character: str) -> str:
    if "\x7f" <= character <= "\x9f":  # json leaves them as they are
        return f"\\u{ord(character):04x}"
    return json.dumps(character)[1:-1]


def say_nothing_more() -> None:
    """Let what is still to be said go nowhere: nobody reads it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def print_json(value: Any) -> None:
    """A value for scripts, on standard output; what a terminal would obey is written as JSON escapes it."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    sys.stdout.write("".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text) + "\n")


def show_refusal(refusal: Refusal, as_json: bool = False) -> int:
    """Say why something cannot be done, and what to do; the exit code that says so too.

    Args:
        refusal: why.
        as_json: mistakes of a spec are for scripts, on standard output.
    """
    if isinstance(refusal, Mistakes):
        if as_json:
            print_json([one.json() for one in refusal.found])
        else:
            sys.stderr.write(f"{refusal}\n")
    else:
        say(f"heldout: {refusal}", style="red")
        if refusal.hint:
            say(refusal.hint)
    return EXIT_CODES[refusal.kind]
