import os
import time

import pytest

from heldout.compiler.garbage.survey import size_on_disk, survey

DAY = 24 * 3600.0


def numbers(found, number_of):
    return sorted(number_of(one.task) for one in found.unneeded)


def test_what_no_study_needs(kept, number_of):
    before = kept.names()
    found = survey(kept.root, kept.needed)
    assert numbers(found, number_of) == [1, 3, 5, 7, 9, 11]
    assert {number_of(one.task): one.operator for one in found.unneeded}[9] == "toy/large"
    assert (found.needed, found.young, found.kept, found.leftovers) == (6, 0, [], [])
    assert kept.names() == before, "a survey changes nothing"


def test_bytes_of_what_would_go(kept):
    found = survey(kept.root, set())
    size = size_on_disk(kept.root)  # a large file and its blob are one
    # All goes but the lock and the two empty blocks that end each of two tars.
    assert sum(one.size for one in found.unneeded) == size - 2 * 1024


def test_only_what_is_older(kept, number_of):
    found = survey(kept.root, kept.needed, before=7 * DAY)
    assert numbers(found, number_of) == [1, 3, 5], "task 7 was finished at that moment, and stays"
    assert found.young == 3


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: data.replace(b'"seconds":1.0', b'"seconds":2.0', 1), "line 1 is damaged"),
        (lambda data: data[:-1], "its last line is torn"),
        (lambda data: data + b"{}\n", "line 6 is no record"),
        (lambda data: b"\0" + data, "line 1 is no record"),
    ],
)
def test_a_pack_that_cannot_be_read_stays(kept, number_of, damage, why):
    index = kept.pack(".index.jsonl")
    index.write_bytes(damage(index.read_bytes()))
    found = survey(kept.root, kept.needed)
    assert [(one.path, one.why[: len(why)]) for one in found.kept] == [(index, why)]
    assert numbers(found, number_of) == [5, 7, 9, 11]


def test_a_pack_that_is_cut_short_or_alone_stays(kept):
    tar = kept.pack(".tar")
    os.truncate(tar, 1000)
    (one,) = survey(kept.root, set()).kept
    assert one.why == f"{tar.name} is cut short"
    tar.unlink()
    (one,) = survey(kept.root, set()).kept
    assert one.why == f"there is no {tar.name} beside it"
    tar.write_bytes(b"something")
    kept.pack(".index.jsonl").unlink()
    (one,) = survey(kept.root, set()).kept
    assert (one.path, one.why) == (tar, "no index speaks of it")


def test_an_object_whose_manifest_cannot_be_read_stays(kept, number_of):
    folders = sorted(kept.root.glob("objects/*/*"), key=lambda folder: number_of(folder.name))
    (folders[1] / "manifest.json").write_text("{")
    (folders[3] / "manifest.json").unlink()
    (folders[2] / "manifest.json").write_bytes((folders[0] / "manifest.json").read_bytes())
    found = survey(kept.root, set())
    why = {number_of(one.path.name): one.why for one in found.kept}
    assert why == {
        9: "its manifest is no record",
        10: f"its manifest is that of task {folders[0].name[:12]}",
        11: "it has no manifest",
    }
    assert 8 in numbers(found, number_of)


def test_unfinished_work(kept, number_of):
    task = next(iter(kept.needed))
    other = "f" * 64
    for name in (f"incoming/{task}-1", f"checkpoints/{task}", f"checkpoints/{other}", "incoming/notes"):
        (kept.root / name).mkdir(parents=True, exist_ok=True)
    found = survey(kept.root, kept.needed)
    leftovers = {path.relative_to(kept.root).as_posix() for path in found.leftovers}
    assert leftovers == {f"incoming/{task}-1", f"checkpoints/{other}"}, "a needed task's checkpoint stays"
    assert [(one.path.name, one.why) for one in found.kept] == [("notes", "it is not of a task")]
    assert survey(kept.root, kept.needed, before=time.time() - DAY).leftovers == []


def test_a_writer_that_was_killed_before_it_kept_anything(kept):
    for name in ("dead-1.tar", "dead-1.index.jsonl", "dead-2.tar"):
        (kept.root / "packs" / name).touch()
    (kept.root / "packs" / "dead-1.tar").write_bytes(b"bytes that no line speaks of")
    leftovers = {path.name for path in survey(kept.root, kept.needed).leftovers}
    assert leftovers == {"dead-1.tar", "dead-1.index.jsonl", "dead-2.tar"}
