"""Runs at the same time, clocks that go backwards, and done files that are damaged."""

import os
import time

import pytest

pytestmark = pytest.mark.slow


def test_two_runs_in_one_folder_and_two_in_one_store(tmp_path, faulty, reference):
    """One folder takes one run; one store takes any number, and they use each other's results."""
    other = type(faulty)(tmp_path / "other", faulty.store)
    first, second = faulty.run(), other.run()
    lock = faulty.workflow / ".lock"
    deadline = time.monotonic() + 60
    while not (lock.exists() and lock.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    third = faulty.run()
    said, _ = third.communicate(timeout=120)
    assert third.returncode == 2 and "is under way (process " in said, said
    for process in (first, second):
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    other.compile()
    assert faulty.tables() == other.tables() == reference.tables()
    assert faulty.checksums() == reference.checksums()
    twice = sum(count - 1 for count in faulty.copies().values())
    print(f"\nfaults: two runs in one store: {twice} of {len(faulty.tasks)} tasks computed by both")


def test_a_job_waits_for_the_one_that_was_left_behind_with_its_shard(faulty, reference):
    for job in faulty.jobs:
        both = [faulty.start(job), faulty.start(job)]
        for process in both:
            process.join(120)
        assert [process.exitcode for process in both] == [0, 0], faulty.logs()
    assert max(faulty.copies().values()) == 1, "what one had finished the other computed again"
    assert faulty.checksums() == reference.checksums()


@pytest.mark.parametrize("speed", [-1_000_000, 1_000_000])
def test_a_clock_that_goes_backwards_or_leaps_ahead(faulty, reference, moments, speed):
    """Ten days a second: nothing is computed twice, thrown away or taken for older than it is."""
    real, began = time.time(), time.monotonic()

    def change_clock():
        time.time = lambda: real + speed * (time.monotonic() - began)

    for job in faulty.jobs:
        attempt = faulty.run_job(job, kill_after=moments.uniform(0.3, 1.5), before=change_clock)
        sound, half_written = faulty.sound()
        assert not half_written
        again = faulty.run_job(job)  # with the clock set right in between
        assert again.code == 0, faulty.logs()
        assert not sound & again.computed.keys() and (attempt.killed or not again.computed)
    assert faulty.checksums() == reference.checksums()
    faulty.report()
    assert faulty.tables() == reference.tables()


def test_done_files_that_are_damaged_and_times_of_files_that_lie_ahead(finished, reference, moments):
    done = sorted(finished.workflow.glob("done/*/*.json"))
    whole = moments.choice(done)
    for path in done:
        content = bytearray(path.read_bytes())
        if path != whole:
            content[content.index(b'"failed"')] ^= 1 << moments.randrange(8)
        path.write_bytes(content)
    next_year = time.time() + 365 * 24 * 3600
    for path in (*finished.workflow.rglob("*"), *finished.store.rglob("*")):
        if path.is_file() and moments.random() < 0.5:
            os.utime(path, (next_year, next_year))
    copies = finished.copies()
    process = finished.run()
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert "0 tasks computed" in said
    assert finished.copies() == copies and finished.tables() == reference.tables()
