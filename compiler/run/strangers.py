"""Operator files that are somebody else's: to read them is to run them, and somebody is to look first.

A file is the user's own where it and its folder belong to them or to root, and it did not come out of an
archive. A repository that the user cloned is theirs: they fetched it to use it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from heldout.compiler.refusal import Refusal

TRUST = "HELDOUT_TRUST_OPERATORS"  # in the environment, so that what is started by a command trusts them too
_OF_AN_ARCHIVE = ("archive.json", "manifest-sha256.txt")  # beside the folder that holds the spec


class Untrusted(Refusal):
    """Operator files are somebody else's, and nobody said that they may run."""

    def __init__(self, path: Path, whose: str) -> None:
        hint = "look at it first; --trust-operators lets it run"
        super().__init__(f"{path} {whose}, and reading it runs it", hint)


def trust_operators() -> None:
    """Let operator files run whoever wrote them, in this process and in those that it starts."""
    os.environ[TRUST] = "1"


def refuse_strangers(files: Sequence[Path]) -> None:
    """Refuse operator files that are somebody else's, unless they are trusted.

    Raises:
        Untrusted: the first of them.
    """
    if os.environ.get(TRUST, "") not in ("", "0"):
        return
    for path in files:
        if whose := _stranger(path):
            raise Untrusted(path, whose)


def _stranger(path: Path) -> str:
    """Whose a file is, as the rest of a sentence about it; empty where it is the user's own."""
    folder = path.resolve().parent
    if all((folder.parent / name).is_file() for name in _OF_AN_ARCHIVE):
        return "came out of an archive"
    own = {os.geteuid(), 0}
    owners = [_owner(path), _owner(folder)]
    return next((f"belongs to another user ({_name(owner)})" for owner in owners if owner not in own), "")


def _owner(path: Path) -> int:
    return path.stat().st_uid


def _name(uid: int) -> str:
    import pwd  # there is none everywhere, and it is rarely asked

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
