"""Writers at the same time, and writers that are killed."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from heldout.runtime.machine.store import Store, packs
from heldout.runtime.machine.store.objects import new_folder

NUM_TASKS = 200


def checksums(store, numbers):
    tasks = {number: store.record(numbers.task(number)) for number in range(NUM_TASKS)}
    return {n: {name: f["sha256"] for name, f in record["files"].items()} for n, record in tasks.items()}


@pytest.fixture
def expected(tmp_path, numbers):
    with Store(tmp_path / "reference") as store:
        for number in range(NUM_TASKS):
            numbers.put(store, number)
    return checksums(Store(tmp_path / "reference"), numbers)


def test_writers_of_the_same_and_of_other_tasks(tmp_path, numbers, fork, expected):
    root = tmp_path / "store"

    def write(order):
        with Store(root, "writer") as store:
            for number in order:
                numbers.put(store, number)

    everything = list(range(NUM_TASKS))
    orders = [everything, everything[::-1], everything[::2], everything[1::2]]
    processes = [fork(write, order) for order in orders]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    store = Store(root)
    assert all(store.verify(numbers.task(number)) for number in everything)
    assert checksums(store, numbers) == expected
    assert len(list(root.glob("packs/*.tar"))) == 4


def test_killed_at_any_moment_it_goes_on_from_there(tmp_path, numbers, fork, expected, monkeypatch):
    monkeypatch.setattr(packs, "FLUSH_SECONDS", 0.01)
    root, journal = tmp_path / "store", tmp_path / "journal"

    def write():
        descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND)
        with Store(root, "writer") as store:
            for number in range(NUM_TASKS):
                if not store.verify(numbers.task(number)):
                    os.write(descriptor, f"{number} ".encode())
                    numbers.put(store, number)

    moments = random.Random(0)
    kills = 0
    finished: set[int] = set()
    while True:
        journal.write_text("")
        process = fork(write)
        time.sleep(moments.uniform(0.005, 0.02 + 0.01 * kills))  # longer each time, so that it ends
        process.kill()
        process.join(120)
        computed = {int(n) for n in journal.read_text().split()}
        assert not computed & finished, "something that was finished was computed again"
        store = Store(root)
        finished = {n for n in range(NUM_TASKS) if store.has(numbers.task(n))}
        assert all(store.verify(numbers.task(n)) for n in finished), "something half-written is in sight"
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        kills += 1
    assert kills >= 5
    assert checksums(Store(root), numbers) == expected


def test_a_folder_that_its_writer_takes_away_meanwhile(tmp_path, numbers, monkeypatch):
    (tmp_path / "incoming").mkdir()
    gone = tmp_path / "incoming" / "renamed-into-place"
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter([gone]))
    assert new_folder(tmp_path, numbers.task(1)).is_dir()
