"""Where things lay on the author's machine is nobody else's business: it is cut out of what is published."""

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

PLACE = "…"  # stands for a folder of the author's


def published(done: Mapping[str, Any], folders: Iterable[Path]) -> dict[str, Any]:
    """How a job went, without tracebacks, and without the author's folders in what it said.

    Args:
        done: what the job wrote.
        folders: of the author's, besides those of every user: the home, temporary files, Python's own.
    """
    roots = _roots(folders)
    ended = {how: [_told(task, roots) for task in done.get(how, ())] for how in ("failed", "blocked")}
    return {**done, **ended}


def _told(task: dict[str, Any], roots: tuple[str, ...]) -> dict[str, Any]:
    kept = {key: value for key, value in task.items() if key != "traceback"}
    return kept | {"message": without_roots(task["message"], roots)} if "message" in task else kept


def without_roots(text: str, roots: Iterable[str]) -> str:
    """A text with a mark in the place of every folder that it names the beginning of a path by."""
    for root in roots:
        text = text.replace(root, PLACE)
    return text


def _roots(folders: Iterable[Path]) -> tuple[str, ...]:
    """The folders as texts, the longest first; none that is the root of all."""
    known = [
        *folders,
        Path.cwd(),
        *([Path(home)] if (home := os.environ.get("HOME")) else []),
        Path(tempfile.gettempdir()),
        Path(sys.prefix),
        Path(__file__).parents[2],
    ]
    both = {os.fspath(one) for folder in known for one in (folder.absolute(), folder.resolve())}
    return tuple(sorted(both - {"/"}, key=lambda root: (-len(root), root)))
