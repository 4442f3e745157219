"""A store that the runtime has written: needed results and others, small ones and large ones."""

import hashlib
from pathlib import Path

import pytest
import torch

from heldout.runtime.artifacts import Model, Table
from heldout.runtime.machine.store import Store

NUM_TASKS = 12
DAY = 24 * 3600.0


def task_of(number) -> str:
    return hashlib.sha256(f"garbage {number}".encode()).hexdigest()


class Kept:
    """A store with tasks called by a number, of which the even ones are needed.

    Task n was finished n days after the first. Tasks 8 to 11 are large, all others lie in two packs.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.needed = {task_of(n) for n in range(0, NUM_TASKS, 2)}
        for numbers in (range(5), range(5, NUM_TASKS)):
            with Store(root, "writer-of-äöü") as store:
                for number in numbers:
                    store.put(task_of(number), self.record(number), self.outputs(number))

    @staticmethod
    def record(number):
        return {
            "operator": f"toy/{'large' if number >= 8 else 'small'}",
            "seconds": 1.0,
            "finished": number * DAY,
        }

    @staticmethod
    def outputs(number):
        outputs = {"table": Table.of({"number": number})}
        if number >= 8:
            outputs["model"] = Model({"w": torch.full((300_000,), float(number))}, {"number": number})
        return outputs

    def sound(self) -> set[int]:
        """The tasks that a reader finds, with the right checksums and the right value."""
        store = Store(self.root)
        found = {n for n in range(NUM_TASKS) if store.verify(task_of(n))}
        assert all(store.load(task_of(n), "table").scalar("number") == n for n in found)
        return found

    def pack(self, suffix) -> Path:
        """A file of the pack that holds tasks 0 to 4."""
        head = task_of(0).encode()
        (index,) = (p for p in self.root.glob("packs/*.index.jsonl") if head in p.read_bytes())
        return index.with_name(index.name.removesuffix(".index.jsonl") + suffix)

    def names(self) -> set[str]:
        return {path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def kept(tmp_path) -> Kept:
    return Kept(tmp_path / "store")


@pytest.fixture
def number_of():
    numbers = {task_of(n): n for n in range(NUM_TASKS)}
    return numbers.__getitem__
