"""`python -m benchmarks.reading ROOT SIZE AUGMENT PAIRS READ [SIDE]`: ours and torch's way to minibatches.

Ours are of a split of imported data, read as training reads them; the peer's of the same files in the same
order, by `ImageFolder` and torch's DataLoader. Both have two workers. Pairs read in turns, each its own rows,
both sides the same. With a side that side alone reads the rows of one pair, and its memory is watched.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Subset

from benchmarks import image_folder
from benchmarks.held_memory import HeldMemory
from benchmarks.paired import paired_ratio
from heldout.runtime.artifacts import Dataset
from heldout.runtime.component import Listed
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.examples import Draw, Examples
from heldout.runtime.loading.loader import load

WORKERS, BATCH, SEED = 2, 64, 0
CPU = torch.device("cpu")


def _flips(size: int) -> Listed:
    return [{"random-resized-crop": {"size": size, "scale": [0.7, 1.0]}}, "horizontal-flip"]


def _domainbed(size: int) -> Listed:
    return [{"domainbed": {"size": size}}]


WAYS = {"flips": (_flips, image_folder.flips), "domainbed": (_domainbed, image_folder.domainbed)}


class Took(NamedTuple):
    """What reading took: seconds of a clock, and of CPUs, workers' among them."""

    seconds: float
    cpu_seconds: float


class Sides:
    """Both ways to the same minibatches, normalised.

    Attributes:
        shares: the rows that each pair reads.
    """

    def __init__(self, root: Path, size: int, augment: str, pairs: int, read: int) -> None:
        data = Dataset.load(root / "domain0-train")
        transforms, changes = WAYS[augment]
        self._examples = Examples(data, Transforms(transforms(size)), SEED)
        files = [root / "pictures" / name for name in data.column("id").to_pylist()]
        self._labels = data.labels
        self._folder = image_folder.ImageFolder(files, self._labels.tolist(), changes(size))
        self._mean, self._deviation = (
            torch.tensor(one)[:, None, None] for one in (image_folder.MEAN, image_folder.DEVIATION)
        )
        order = np.random.default_rng(SEED).permutation(len(data))
        self.shares = [order[pair * read :][:read].tolist() for pair in range(pairs)]

    def ours(self, share: int) -> Iterator[tuple[Tensor, Tensor]]:
        rows = self.shares[share]
        parts = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        draws = ([Draw(step, row) for row in part] for step, part in enumerate(parts))
        for part, x in zip(parts, load(self._examples, draws, CPU, WORKERS), strict=True):
            yield x.sub_(self._mean).div_(self._deviation), self._labels[part]

    def peer(self, share: int) -> Iterator[tuple[Tensor, Tensor]]:
        yield from DataLoader(Subset(self._folder, self.shares[share]), BATCH, num_workers=WORKERS)

    def timed(self, side: str, share: int) -> Took:
        """What it takes a side to read a share, its workers started and ended."""
        began, cpu_began, seen = time.perf_counter(), _cpu_seconds(), 0
        for x, y in getattr(self, side)(share):
            if x.dtype != torch.float32 or len(x) != len(y):
                raise ValueError(f"{side} gave {x.dtype}, {list(x.shape)}, with {len(y)} labels")
            seen += len(x)
        if seen != len(self.shares[share]):
            raise ValueError(f"{side} read {seen} pictures of {len(self.shares[share])}")
        return Took(time.perf_counter() - began, _cpu_seconds() - cpu_began)


def _cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(
    root: Path, size: int, augment: str, pairs: int, read: int, side: str | None = None
) -> dict[str, Any]:
    torch.set_num_threads(1)
    sides = Sides(root, size, augment, pairs, read)
    if side is not None:
        with HeldMemory() as held:
            sides.timed(side, 0)
        return {"mb": held.most_mb}
    took: dict[str, list[Took]] = {"ours": [], "peer": []}
    for one in took:  # once for what is imported late, and for files that the system has not in its memory
        sides.timed(one, 0)
    for share in range(pairs):
        for one in sorted(took, reverse=bool(share % 2)):
            took[one].append(sides.timed(one, share))
    seconds = {one: [found.seconds for found in took[one]] for one in took}
    cpu_seconds = {one: [found.cpu_seconds for found in took[one]] for one in took}
    total = sum(map(len, sides.shares))
    return {
        "read": total,
        "ours_per_second": total / sum(seconds["ours"]),
        "peer_per_second": total / sum(seconds["peer"]),
        **paired_ratio(seconds["ours"], seconds["peer"], "ratio"),
        **paired_ratio(cpu_seconds["ours"], cpu_seconds["peer"], "cpu_ratio"),
    }


if __name__ == "__main__":
    root, size, augment, pairs, read, *side = sys.argv[1:]
    print(json.dumps(main(Path(root), int(size), augment, int(pairs), int(read), *side)))
