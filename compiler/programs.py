"""Asking other programs, such as for their version: they only look at things."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heldout.compiler.environment import child_environment

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Answer:
    """What a program said.

    Attributes:
        out: standard output, where it did what it was asked; else None.
        complaint: why it did not, in one line.
    """

    out: str | None
    complaint: str = ""

    @property
    def lines(self) -> list[str]:
        """What it said, none where it did not do what it was asked."""
        return (self.out or "").splitlines()

    @property
    def json(self) -> Mapping[str, Any]:
        """The JSON object that it said; empty where it said none."""
        try:
            value = json.loads(self.out or "{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


def ask(program: str, *arguments: str, patience_seconds: float = PATIENCE_SECONDS) -> Answer:
    """Run a program that only looks at things."""
    path = shutil.which(program)
    if path is None:
        return Answer(None, "not installed")
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=child_environment(),
            encoding="utf-8",
            errors="replace",
            timeout=patience_seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(None, f"does not answer: {error}")
    if done.returncode == 0:
        return Answer(done.stdout.strip())
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
    return Answer(None, f"installed, and does not work: {lines[0]}")
