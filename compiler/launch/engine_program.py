"""Running the program of a container engine: it may not be there, not answer, or complain."""

import shlex
import subprocess
from collections.abc import Sequence

from heldout.compiler.environment import child_environment
from heldout.compiler.launch.refusal import missing

PATIENCE_SECONDS = 120.0  # a first start of an image unpacks it

Said = subprocess.CompletedProcess[str]


def run_program(words: Sequence[str], install: str) -> Said:
    """Run an engine's command and return what it said, whatever that was.

    Args:
        words: the program and its arguments.
        install: what to do where there is no such program.

    Raises:
        Refusal: there is none, or it cannot be started.
    """
    try:
        return subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=child_environment(),
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        missing(f"{words[0]} is not installed", install)
    except OSError as error:
        missing(f"{words[0]} cannot be started: {error.strerror}", install)
    except subprocess.TimeoutExpired:
        said = f"`{shlex.join(words[:3])} …` has not answered for {PATIENCE_SECONDS:.0f} s"
        return Said(words, 1, "", said)


def complaint(said: Said) -> str:
    """The last line of what an engine said, where its reason stands."""
    lines = [line for line in (said.stderr or said.stdout).strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"exit code {said.returncode}"
