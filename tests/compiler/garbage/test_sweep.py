import itertools
import json
import tarfile
from functools import partial

import pytest

from heldout.compiler.garbage import sweep as sweeping
from heldout.compiler.garbage.survey import size_on_disk, survey
from heldout.compiler.garbage.sweep import sweep

EVEN = {0, 2, 4, 6, 8, 10}


def test_what_is_needed_stays_with_its_checksums_and_the_rest_is_gone(kept):
    before = {task: record for task, record in records(kept).items() if task in kept.needed}
    size = size_on_disk(kept.root)
    found = survey(kept.root, kept.needed)
    assert sweep(kept.root, found) == []
    assert kept.sound() == EVEN
    assert records(kept) == before
    freed = size - size_on_disk(kept.root)
    # Results that stay move towards the start of a pack, where an offset may have a few digits less.
    assert 0 <= freed - sum(one.size for one in found.unneeded) <= 3 * len(before)
    again = survey(kept.root, kept.needed)
    assert (again.needed, again.unneeded, again.leftovers, again.kept) == (6, [], [], [])


def records(kept):
    """What is recorded of every task, but for where its bytes are."""
    found = {}
    for index in kept.root.glob("packs/*.index.jsonl"):
        for line in index.read_bytes().splitlines():
            record = json.loads(line)
            del record["crc32"]
            for about in record["files"].values():
                del about["offset"]
            found[record["task"]] = record
    for path in kept.root.glob("objects/*/*/manifest.json"):
        found[path.parent.name] = json.loads(path.read_bytes())
    return found


def test_a_pack_is_still_a_tar_that_any_tool_reads(kept):
    old = {member.name: member.size for member in members(kept)}
    sweep(kept.root, survey(kept.root, kept.needed))
    new = {member.name: member.size for member in members(kept)}
    assert new == {name: size for name, size in old.items() if name.partition("/")[0] in kept.needed}


def members(kept):
    for tar in kept.root.glob("packs/*.tar"):
        with tarfile.open(tar) as opened:
            yield from opened.getmembers()


def test_a_store_that_nobody_needs_is_empty_afterwards(kept):
    sweep(kept.root, survey(kept.root, set()))
    assert kept.names() <= {".lock"}


def test_a_pack_with_damage_in_what_stays_is_left_alone(kept):
    tar = kept.pack(".tar")
    offset = next(iter(json.loads(kept.pack(".index.jsonl").read_bytes().splitlines()[0])["files"].values()))[
        "offset"
    ]
    content = bytearray(tar.read_bytes())
    content[offset + 9] ^= 1
    tar.write_bytes(content)
    (left,) = sweep(kept.root, survey(kept.root, kept.needed))
    assert left.path == kept.pack(".index.jsonl") and "has not its checksum" in left.why
    assert tar.read_bytes() == content
    assert kept.sound() == {1, 2, 3, 4, 6, 8, 10}


class Killed(BaseException):
    """Where `kill -9` would end the process: nothing is cleaned up."""


def step(kills, moment, real, *arguments):
    """A step, which may be killed before it does anything, or after it has done it."""
    killed = next(kills, False)
    if killed and moment == "before":
        raise Killed
    real(*arguments)
    if killed:
        raise Killed


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_step_nothing_that_is_needed_is_out_of_sight(tmp_path, kept, monkeypatch, moment):
    """Every rename, every removal and every write to the disk is the last one once."""
    steps = ("_rename", "_remove", "_to_disk")
    real = {name: getattr(sweeping, name) for name in steps}
    for last in itertools.count():
        here = type(kept)(tmp_path / f"{moment}-{last}")
        kills = iter([*[False] * last, True])
        for name in steps:
            monkeypatch.setattr(sweeping, name, partial(step, kills, moment, real[name]))
        try:
            sweep(here.root, survey(here.root, here.needed))
            break
        except Killed:
            assert here.sound() >= EVEN, f"after {last} steps"
        for name in steps:
            monkeypatch.setattr(sweeping, name, real[name])
        found = survey(here.root, here.needed)
        assert found.kept == [], "what a kill left behind is known for what it is"
        sweep(here.root, found)
        assert here.sound() == EVEN
        again = survey(here.root, here.needed)
        assert (again.unneeded, again.leftovers, again.kept) == ([], [], [])
    assert last >= 12, "two packs of four steps and more, three objects of two"
