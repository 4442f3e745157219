"""Files that are cut short and bits that flip: what is hit is computed again, and nothing else."""

import json
import os
import subprocess

import pytest

from heldout.runtime.machine.store.reader import StoreReader

pytestmark = pytest.mark.slow


def flip(path, offset, bit) -> None:
    """Flip one bit of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


def flip_anywhere(path, moments) -> None:
    flip(path, moments.randrange(path.stat().st_size), moments.randrange(8))


def recover(finished, reference, hit) -> int:
    """Run again as `heldout run` does; how many tasks that took.

    Args:
        hit: the tasks whose results may have been damaged.
    """
    finished.compile()  # which forgets the jobs whose results are damaged
    computed = set()
    for job in finished.jobs:
        if not all((finished.workflow / "done" / s / f"{n}.json").is_file() for s, n in job):
            attempt = finished.run_job(job)
            assert attempt.code == 0, finished.logs()
            computed |= attempt.computed.keys()
    assert computed <= hit, "something was computed again that was whole"
    assert finished.checksums() == reference.checksums()
    sound, half_written = finished.sound()
    assert sound == set(finished.tasks) and not half_written
    finished.report()
    assert finished.tables() == reference.tables()
    return len(computed)


def tasks_in(index) -> list[str]:
    return [json.loads(line)["task"] for line in index.read_bytes().split(b"\n")[:-1]]


def largest(finished, suffix):
    """The tar or the index of the pack that holds most."""
    return max(finished.store.glob(f"packs/*{suffix}"), key=lambda path: path.stat().st_size)


def index_of(tar):
    return tar.with_name(tar.name.removesuffix(".tar") + ".index.jsonl")


def test_flipped_bits_in_results(finished, reference, moments):
    hit = set()
    small = sorted(set(finished.tasks) - finished.folders().keys())
    for task in moments.sample(small, 4):
        record, pack = next(StoreReader(finished.store)._copies(task))
        about = moments.choice([record["files"][name] for name in sorted(record["files"])])
        flip(pack, about["offset"] + moments.randrange(about["size"]), moments.randrange(8))
        hit.add(task)
    assert hit and recover(finished, reference, hit) == len(hit)


def test_flipped_bits_in_the_index(finished, reference, moments):
    index = largest(finished, ".index.jsonl")
    tasks = set(tasks_in(index))
    for _ in range(3):
        flip_anywhere(index, moments)
    # At most two lines a bit: a newline that has become something else joins them.
    assert 1 <= recover(finished, reference, tasks) <= 6


def test_a_pack_that_is_cut_short(finished, reference, moments):
    tar = largest(finished, ".tar")
    tasks = set(tasks_in(index_of(tar)))
    os.truncate(tar, moments.randrange(tar.stat().st_size // 2))
    assert 1 <= recover(finished, reference, tasks) <= len(tasks)


def test_an_index_that_is_cut_short(finished, reference, moments):
    index = largest(finished, ".index.jsonl")
    tasks = tasks_in(index)
    os.truncate(index, moments.randrange(index.stat().st_size))
    left = index.read_bytes().count(b"\n")
    assert recover(finished, reference, set(tasks)) == len(tasks) - left


def test_the_manifest_of_a_large_result(finished, reference, moments):
    task = moments.choice(sorted(finished.folders()))
    folder = finished.store / "objects" / task[:2] / task
    flip(folder / "manifest.json", (folder / "manifest.json").read_bytes().index(task.encode()) + 5, 0)
    assert recover(finished, reference, {task}) == 1


def test_a_large_result_that_is_cut_short(finished, reference, moments):
    task = moments.choice(sorted(finished.folders()))
    path = max((finished.store / "objects" / task[:2] / task).rglob("*.safetensors"))
    os.truncate(path, path.stat().st_size // 2)
    assert recover(finished, reference, {task}) == 1


def test_a_large_result_that_is_still_to_be_read(finished, reference):
    """A flipped bit in a model is found when a score is missing, and not before: reading all is slow."""
    expansion = finished.compiled.expansions["wide_score"]
    cell, score = next(expansion.cells())
    (model,) = {t for t in expansion.reads[expansion.grid.flat(cell)] if t in finished.folders()}
    path = max((finished.store / "objects" / model[:2] / model).rglob("*.safetensors"))
    flip(path, path.stat().st_size // 2, 3)
    finished.compile()
    names = [f"{stage}/{shard}.json" for job in finished.jobs for stage, shard in job]
    assert all((finished.workflow / "done" / name).is_file() for name in names)
    for index in finished.store.glob("packs/*.index.jsonl"):
        lines = index.read_bytes().split(b"\n")
        index.write_bytes(b"\n".join(line for line in lines if score.encode() not in line[:80]))
    assert recover(finished, reference, {model, score}) == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk(faulty, reference):
    """A store on a file system that fills up: what was finished stays, and more room is all it takes."""
    faulty.store.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "heldout", str(faulty.store)]
    subprocess.run(mount, check=True)
    try:
        attempts = [faulty.run_job(job) for job in faulty.jobs]
        assert {attempt.code for attempt in attempts} <= {0, 3}
        assert 3 in {attempt.code for attempt in attempts}
        assert "the disk is full" in faulty.logs() and "Traceback" not in faulty.logs()
        sound, half_written = faulty.sound()
        assert not half_written
        subprocess.run(["mount", "-o", "remount,size=200m", str(faulty.store)], check=True)
        computed = [task for attempt in faulty.run_jobs() for task in attempt.computed]
        assert sorted(computed) == sorted(set(faulty.tasks) - sound), "just what was not there"
        assert faulty.checksums() == reference.checksums()
        faulty.report()
        assert faulty.tables() == reference.tables()
    finally:
        subprocess.run(["umount", str(faulty.store)], check=True)


def small_files(finished):
    """One file of every kind that a workflow's folder has, but for what jobs say for people to read."""
    kinds = ("plan/*/*.json", "plan/needs.json", "plan/packing.json", "plan/report.json", "plan/cells.json")
    kinds = (*kinds, "done/*/*.json", "config.yaml", "profile/config.yaml", "Snakefile", "logs/*/*.jsonl")
    return [max(finished.workflow.glob(kind)) for kind in kinds]


@pytest.mark.parametrize("fault", ["a flipped bit", "cut short", "emptied", "replaced"])
def test_the_files_of_a_workflow(finished, reference, moments, fault):
    """They are written anew, or their jobs run again and find all their results."""
    for path in small_files(finished):
        match fault:
            case "a flipped bit":
                flip_anywhere(path, moments)
            case "cut short":
                os.truncate(path, path.stat().st_size // 2)
            case "emptied":
                os.truncate(path, 0)
            case _:
                path.write_text('{"tasks": [{"task": 1e400}], "failed": 5}\n')
    assert recover(finished, reference, set()) == 0
    names = [f"{stage}/{shard}.json" for job in finished.jobs for stage, shard in job]
    assert all((finished.workflow / "done" / name).is_file() for name in names)


@pytest.mark.parametrize("fault", ["a flipped bit", "cut short"])
def test_a_model_that_nobody_reads(finished, reference, moments, fault):
    """Found by `run --retry`, which reads everything."""
    task = moments.choice(sorted(finished.folders()))
    path = max((finished.store / "objects" / task[:2] / task).rglob("*.safetensors"))
    if fault == "cut short":
        os.truncate(path, path.stat().st_size - 1)
    else:
        flip_anywhere(path, moments)
    finished.compile(thorough=True)
    assert recover(finished, reference, {task}) == 1


def test_lines_that_are_none_in_a_shared_index(finished, reference, capfd):
    bad = ['{"task":"' + "e" * 64 + '","files":{"t/x":{"size":1e400}}}', "[" * 100_000, '{"task":5}', "\xff"]
    index = finished.store / "packs" / "colleague-1.index.jsonl"
    index.write_text("\n".join(bad * 5) + "\n", encoding="latin-1")
    assert recover(finished, reference, set()) == 0
    for command in ("status", "plan", "run"):
        said = finished.heldout(command, "study.yaml", "--store", finished.store)
        out, _ = said.communicate(timeout=120)
        assert said.returncode == 0, out
        assert out.count("20 of its lines are damaged") == 1, out
