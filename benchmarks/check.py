"""What `heldout check` takes of a CPU for a folder of specs, each at all of its scales."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.heldout_run import COMMAND
from benchmarks.processes import REPOSITORY, measure
from heldout.compiler.syntax.reader import known_scales

COUNTS = (1, 11, 50, 200)
QUICK = (1, 2)


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row a number of specs: those of the repository, over and over, each a study of its own name."""
    specs = sorted((REPOSITORY / "specs").glob("*/*.yaml"), key=lambda spec: spec.stat().st_size)
    for count in QUICK if quick else COUNTS:
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-") as name:
            paths = [_copied(specs[number % len(specs)], number, Path(name)) for number in range(count)]
            said = measure(["-c", COMMAND, "check", *map(str, paths)], Path(name))
            scales = sum(1 + len(known_scales(path.read_bytes(), path.name)) for path in paths)
        yield {
            "specs": count,
            "scales": scales,  # each spec as it stands, too
            "seconds": said.cpu_seconds,
            "seconds_per_spec": said.cpu_seconds / count,
            "peak_mb": said.peak_mb,
        }


def _copied(spec: Path, number: int, folder: Path) -> Path:
    """A copy of a spec whose study has another name."""
    lines = spec.read_text().splitlines(keepends=True)
    text = "".join(line.rstrip() + f"-{number}\n" if line.startswith("study:") else line for line in lines)
    copy = folder / f"{number:03d}.yaml"
    copy.write_text(text)
    return copy
