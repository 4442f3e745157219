"""kill -9 at random moments: nothing half-written is in sight, and only what was hit is computed again.

What is promised: a task that has ended is on the disk within half a second (large results at once), so
that a kill costs the task at hand, and those that ended within that time.
"""

import itertools
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from heldout.runtime.machine.store import packs

pytestmark = pytest.mark.slow

FIRST_SECONDS = 8.0  # that a run of the study takes, more or less
MOST_OF_A_JOB = 4  # kills, before it may come to its end
SLACK_SECONDS = 2.0  # that a timer and a disk may be late on a busy machine


def look(faulty, figures, before=frozenset()) -> set[str]:
    """What is sound in the store now; nothing that was so before may be lost."""
    sound, half_written = faulty.sound()
    figures.half_written += len(half_written)
    assert not half_written, "something half-written is in sight"
    assert before <= sound, "something that was finished is lost"
    return sound


def test_of_the_runtime(tmp_path, faulty, reference, moments, figures, share):
    window = 1.2  # of the reference's seconds; a busier machine needs a longer one
    while figures.kills < share["runtime"]:
        sound = set()
        for job, (whole, at_work) in zip(faulty.jobs, reference.seconds, strict=True):
            for attempts in itertools.count():
                more = figures.kills < share["runtime"] and attempts < MOST_OF_A_JOB
                # One in four at any moment of the process, the others while it is at its tasks.
                among_tasks = moments.random() < 0.75
                wait = moments.uniform(0, window * (at_work if among_tasks else whole)) if more else None
                folders = faulty.folders()
                attempt = faulty.run_job(job, kill_after=wait, at_work=more and among_tasks)
                after = look(faulty, figures, sound)
                figures.computed += len(attempt.computed)
                figures.twice += len(sound & attempt.computed.keys())
                assert not sound & attempt.computed.keys(), "something that was finished was computed again"
                assert folders.items() <= faulty.folders().items(), "a large result was written again"
                ended = {t: at for t, at in attempt.computed.items() if t not in after}
                figures.lost += len(ended)
                for at in ended.values():
                    figures.oldest = max(figures.oldest, attempt.killed - at)
                    assert attempt.killed - at <= packs.FLUSH_SECONDS + SLACK_SECONDS
                sound = after
                if attempt.killed is None:
                    assert attempt.code == 0, faulty.logs()
                    window = max(1.0, window * (0.8 if more else 1))
                    break
                assert attempt.code == -signal.SIGKILL
                figures.kills += 1
                figures.notes["before a first task had ended"] += not attempt.computed
                window *= 1 if attempt.computed else 1.2
        assert max(faulty.copies().values()) == 1, "a result was kept twice"
        assert faulty.checksums() == reference.checksums()
        faulty.report()
        assert faulty.tables() == reference.tables()
        if figures.kills < share["runtime"]:
            faulty = type(faulty)(tmp_path / f"after-{figures.kills}")
            faulty.compile()
    figures.say("the runtime")


def children(process: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(") ")[2].split()[1])
    found = [process]
    for known in found:
        found += [child for child, parent in parents.items() if parent == known]
    return found[1:]


def is_snakemake(process: int) -> bool:
    with suppress(OSError):
        return b"snakemake" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def kill(processes) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_of_snakemake(tmp_path, faulty, reference, moments, figures, share):
    seconds, episode = FIRST_SECONDS, 0
    while True:
        folders, sound = faulty.folders(), look(faulty, figures)
        wait = moments.uniform(0.3, seconds) if figures.kills < share["snakemake"] else 600
        process = faulty.run()
        # With its command the jobs stay behind, and the next run meets them; alone, the command ends them.
        both = moments.random() < 0.5
        try:
            said, _ = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            snakemake = [child for child in children(process.pid) if is_snakemake(child)]
            kill([*([process.pid] if both or not snakemake else []), *snakemake])
            figures.kills += 1
            figures.notes["with the command" if both else "without the command"] += 1
            if both or not snakemake:
                process.stdout.close()
                process.wait(60)
            else:
                said, _ = process.communicate(timeout=120)
                assert process.returncode == 1 or "computed" in said, said
            look(faulty, figures, sound)
            seconds *= 1.2  # so that it comes to its end, on a busy machine too
            continue
        assert process.returncode == 0, said
        assert folders.items() <= faulty.folders().items(), "a large result was written again"
        copies = faulty.copies()
        figures.computed += sum(copies.values()) + len(faulty.folders())
        figures.twice += sum(count - 1 for count in copies.values())
        assert max(copies.values()) == 1, "something that was finished was computed again"
        assert faulty.checksums() == reference.checksums()
        assert faulty.tables() == reference.tables()
        if figures.kills >= share["snakemake"]:
            break
        episode += 1
        faulty = type(faulty)(tmp_path / f"episode-{episode}")
        faulty.compile()
        seconds = FIRST_SECONDS
    figures.say("Snakemake")


def test_of_the_archive(finished, moments, figures, share):
    archive = ("archive", "study.yaml", "--store", finished.store, "-o")
    began = time.monotonic()
    whole = finished.heldout(*archive, "whole.zip")
    said, _ = whole.communicate(timeout=300)
    assert whole.returncode == 0, said
    seconds, expected = time.monotonic() - began, (finished.path / "whole.zip").read_bytes()
    before, path = contents(finished.path), finished.path / "killed.zip"
    while figures.kills < share["archive"]:
        process = finished.heldout(*archive, path.name)
        try:
            process.communicate(timeout=moments.uniform(0.1, seconds))
            assert process.returncode == 0
        except subprocess.TimeoutExpired:
            kill([process.pid, *children(process.pid)])
            process.stdout.close()
            process.wait(60)
            figures.kills += 1
        if path.exists():  # it came to its last moment, and is whole
            figures.notes["whole archives"] += 1
            assert path.read_bytes() == expected
            path.unlink()
    process = finished.heldout(*archive, path.name)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert path.read_bytes() == expected
    path.unlink()
    after = {name: data for name, data in contents(finished.path).items() if not name.endswith(".zip.part")}
    assert after == before, "archiving changed what it archives"
    figures.say("the archive")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but the lock of its store."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
