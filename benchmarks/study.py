"""The main study from nothing, as `make study` runs it, and where its seconds go."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.profile import SCALE, SPEC, profile
from benchmarks.studies import Size, search_study, write_study

QUICK = Size(1, 2, 1, methods=2)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """The parts that `python -m benchmarks profile` shows."""
    if not quick:
        yield from profile(SPEC, SCALE).parts
        return
    with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
        yield from profile(write_study(Path(name), search_study(QUICK)), None).parts
