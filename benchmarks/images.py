"""A folder of JPEGs imported as it is, split six ways and read by two workers, beside torch's own loaders."""

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.held_memory import HeldMemory
from benchmarks.processes import measure

NUM_DOMAINS, NUM_CLASSES, BATCH = 6, 10, 64
HERE, READING = "benchmarks.images", "benchmarks.reading"


class Case(NamedTuple):
    """A folder, and how it is read.

    Attributes:
        count: of pictures.
        width: of each, pixels.
        height: of each, pixels.
        size: of the square that they are read as, pixels.
        augment: `flips` (a part, and mirrored, by chance) or `domainbed`.
        pairs: in which ours and the peer's are timed.
        read: pictures in each of them.
    """

    count: int
    width: int
    height: int
    size: int
    augment: str
    pairs: int
    read: int


CASES = (
    Case(2_000, 320, 256, 224, "domainbed", 12, 100),
    Case(2_000, 320, 256, 224, "flips", 12, 100),
    Case(100_000, 64, 64, 64, "flips", 12, 2_000),
)
QUICK_CASES = (Case(120, 24, 20, 16, "domainbed", 2, 10), Case(240, 24, 20, 16, "flips", 2, 10))


def run(quick: bool) -> Iterator[dict[str, Any]]:
    """A row for each folder and way of reading it."""
    for case in QUICK_CASES if quick else CASES:
        with tempfile.TemporaryDirectory(prefix="heldout-benchmark-", dir=os.environ.get("TMPDIR")) as name:
            root = Path(name)
            written = draw(root / "pictures", case)
            steps = ("import_pictures", "split", "walk")
            found = {step: measure(["-m", HERE, step, name], root).json() for step in steps}
            asked = ["-m", READING, name, *map(str, case[3:])]
            read = measure(asked, root).json()
            held = {side: measure([*asked, side], root).json()["mb"] for side in ("ours", "peer")}
        imported, split, walked = (found[step] for step in steps)
        yield {
            "pictures": case.count,
            "pixels": f"{case.width} x {case.height}",
            "folder_mb": written / 1e6,
            "imported_mb": imported["mb"],
            "import_seconds": imported["seconds"],
            "read_seconds": imported["read_seconds"],
            "import_ratio": imported["seconds"] / imported["read_seconds"],
            "import_held_mb": imported["held_mb"],
            "splits": split["splits"],
            "splits_mb": split["mb"],
            "split_seconds": split["seconds"],
            "split_held_mb": split["held_mb"],
            "walked_mb": walked["mb"],
            "walk_held_mb": walked["held_mb"],
            "augment": case.augment,
            **read,
            "ours_mb": held["ours"],
            "peer_mb": held["peer"],
        }


def draw(folder: Path, case: Case) -> int:
    """Write so many JPEGs of noise, `DOMAIN/CLASS/NUMBER.jpg`; the bytes of all of them."""
    import numpy as np
    from PIL import Image

    random, written = np.random.default_rng(0), 0
    for number in range(case.count):
        place = folder / f"domain{number % NUM_DOMAINS}/class{number // NUM_DOMAINS % NUM_CLASSES}"
        place.mkdir(parents=True, exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        sink = io.BytesIO()
        coarse.resize((case.width, case.height), Image.Resampling.BICUBIC).save(sink, "JPEG", quality=90)
        (place / f"{number:07d}.jpg").write_bytes(sink.getvalue())
        written += len(sink.getvalue())
    return written


def import_pictures(root: Path) -> dict[str, float]:
    """Import the folder as it is; beside it, read every file once, which is the least that there is to do."""
    from heldout.runtime.operators.data.files.import_folder import content_sha256, image_names, import_folder

    folder = root / "pictures"
    names = image_names(folder)
    sha256 = content_sha256(folder, names)  # what the disk holds is in the system's memory from here on
    began = time.perf_counter()
    for name in names:
        (folder / name).read_bytes()
    read_seconds = time.perf_counter() - began
    with HeldMemory() as held:
        began = time.perf_counter()
        data = import_folder(path=str(folder), sha256=sha256, resize=None)
        (root / "data").mkdir()
        data.save(root / "data")
        seconds = time.perf_counter() - began
    return {
        "mb": megabytes(root / "data"),
        "seconds": seconds,
        "read_seconds": read_seconds,
        "held_mb": held.most_mb,
    }


def split(root: Path) -> dict[str, float]:
    """Hold out each domain in turn, all four parts of it."""
    from heldout.runtime.artifacts import Dataset
    from heldout.runtime.operators.data.splits.leave_one_domain_out import leave_one_domain_out

    own, splits = 0.0, 0
    with HeldMemory() as held:
        began = time.perf_counter()
        data = Dataset.load(root / "data")
        shared = {path.stat().st_ino for path in (root / "data").iterdir()}
        for domain in data.domain_names:
            for name, part in leave_one_domain_out(data, domain=domain)._asdict().items():
                folder = root / f"{domain}-{name}"
                folder.mkdir()
                part.save(folder)
                own += megabytes(folder, shared)
                splits += 1
        seconds = time.perf_counter() - began
    return {"mb": own, "splits": splits, "seconds": seconds, "held_mb": held.most_mb}


def walk(root: Path) -> dict[str, float]:
    """Read all files of one split in batches at random."""
    import numpy as np

    from heldout.runtime.artifacts import Dataset

    with HeldMemory() as held:
        files = Dataset.load(root / "domain0-train").encoded["image"]
        order = np.random.default_rng(0).permutation(len(files))
        read = sum(
            sum(len(files[int(row)]) for row in order[start : start + BATCH])
            for start in range(0, len(order), BATCH)
        )
    return {"mb": read / 1e6, "held_mb": held.most_mb}


def megabytes(folder: Path, without: set[int] | frozenset[int] = frozenset()) -> float:
    """What the files of a folder take, but for those that are other files too."""
    found = (path.stat() for path in folder.iterdir())
    return sum(about.st_size for about in found if about.st_ino not in without) / 1e6


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))
