"""What the doctor found, and asking other programs."""

import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

PATIENCE_SECONDS = 15.0

# fine; absent: needed only for some things; doubtful: there, and something may go wrong with it;
# wrong: every study needs it.
State = Literal["fine", "absent", "doubtful", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: of the thing.
        state: how it is.
        found: what was seen, in words.
        hint: what to do; shown where the state is not fine.
    """

    name: str
    state: State
    found: str
    hint: str = ""


@dataclass(frozen=True)
class Answer:
    """What a program said.

    Attributes:
        out: standard output, where it did what it was asked; else None.
        complaint: why it did not, in one line.
    """

    out: str | None
    complaint: str = ""


def ask(program: str, *arguments: str) -> Answer:
    """Run a program that only looks at things."""
    path = shutil.which(program)
    if path is None:
        return Answer(None, "not installed")
    try:
        done = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Answer(None, f"does not answer: {error}")
    if done.returncode == 0:
        return Answer(done.stdout.strip())
    lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
    return Answer(None, f"installed, and does not work: {lines[0]}")
