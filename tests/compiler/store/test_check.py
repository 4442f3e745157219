"""Which results are sound: by their checksums, data and models only where they are about to be read."""

import os

import pytest
import torch

from heldout.compiler.store.check import sound_tasks
from heldout.runtime.artifacts import Model, Table
from heldout.runtime.machine.store import Store


class Stages(dict):
    """A stand-in for a compiled study: per stage its tasks, and what each of them reads."""

    def add(self, name, tasks, reads):
        self[name] = type("Expansion", (), {"ids": tasks, "reads": reads})()


MODEL, FIRST, SECOND = "a" * 64, "b" * 64, "c" * 64


@pytest.fixture
def compiled(catalog):
    """A large model, and two scores that read it."""
    stages = Stages()
    stages.add("model", [MODEL], [()])
    stages.add("score", [FIRST, None, SECOND], [(MODEL,), (), (MODEL,)])
    tasks = {MODEL, FIRST, SECOND}
    return type("Compiled", (), {"catalog": catalog, "expansions": stages, "tasks": tasks})()


@pytest.fixture
def root(tmp_path):
    with Store(tmp_path / "store") as store:
        store.put(MODEL, {"operator": "o"}, {"model": Model({"w": torch.zeros(300_000)}, {})})
        for task in (FIRST, SECOND):
            store.put(task, {"operator": "o"}, {"table": Table.of({"x": 1})})
    return store.root


def flip(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def weights(root):
    return next(root.glob("objects/*/*/model/*.safetensors"))


def offset_of(root, task):
    (about,) = Store(root).record(task)["files"].values()
    return about["offset"]


def test_all_is_well(compiled, root):
    assert sound_tasks([compiled], root) == {MODEL, FIRST, SECOND}


def test_a_small_result_is_read(compiled, root):
    flip(next(root.glob("packs/*.tar")), offset_of(root, FIRST) + 20)
    assert sound_tasks([compiled], root) == {MODEL, SECOND}


def test_a_model_is_read_where_a_score_is_missing(compiled, root):
    flip(weights(root), 500_000)
    assert sound_tasks([compiled], root) == {MODEL, FIRST, SECOND}, "nobody is about to read it"
    flip(next(root.glob("packs/*.tar")), offset_of(root, SECOND) + 20)
    assert sound_tasks([compiled], root) == {FIRST}


def test_a_model_that_is_cut_short(compiled, root):
    path = weights(root)
    path.write_bytes(path.read_bytes()[:-1])
    assert sound_tasks([compiled], root) == {FIRST, SECOND}


def test_a_flipped_bit_in_an_index_and_in_a_manifest(compiled, root):
    index = next(root.glob("packs/*.index.jsonl"))
    flip(index, index.read_bytes().index(SECOND.encode()) + 90)
    manifest = next(root.glob("objects/*/*/manifest.json"))
    flip(manifest, manifest.read_bytes().index(b'"o"') + 1)
    assert sound_tasks([compiled], root) == {FIRST}


def test_there_is_no_store(compiled, tmp_path):
    assert sound_tasks([compiled], tmp_path / "nowhere") == set()


def test_a_small_table_beside_a_large_model_is_read(compiled, tmp_path):
    with Store(tmp_path / "store") as store:
        outputs = {"model": Model({"w": torch.zeros(300_000)}, {}), "table": Table.of({"x": 1})}
        store.put(MODEL, {"operator": "o"}, outputs)
        for task in (FIRST, SECOND):
            store.put(task, {"operator": "o"}, {"table": Table.of({"x": 1})})
    assert sound_tasks([compiled], store.root) == {MODEL, FIRST, SECOND}
    flip(next(store.root.glob("objects/*/*/table/*")), 40)
    assert sound_tasks([compiled], store.root) == {FIRST, SECOND}
    with Store(store.root) as again:
        assert not again.verify(MODEL)
        again.put(MODEL, {"operator": "o"}, outputs)
    assert sound_tasks([compiled], store.root) == {MODEL, FIRST, SECOND}


def test_a_model_that_nobody_reads_is_read_where_that_is_asked_for(compiled, root):
    flip(weights(root), 500_000)
    assert sound_tasks([compiled], root, thorough=True) == {FIRST, SECOND}


def flip_quietly(path, offset):
    """As a disk does it: the file's time stays."""
    about = path.stat()
    flip(path, offset)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def test_a_bit_that_flips_without_a_trace_is_found_thoroughly_and_then_by_everyone(compiled, root):
    record = Store(root).record(FIRST)
    flip_quietly(weights(root), 5000)
    assert sound_tasks([compiled], root) == {MODEL, FIRST, SECOND} and Store(root).verify(MODEL)
    assert sound_tasks([compiled], root, thorough=True) == {FIRST, SECOND}
    assert not Store(root).verify(MODEL), "the job that is to compute it anew sees it too"
    assert Store(root).record(FIRST) == record


def test_a_small_file_in_a_folder_is_read_whatever_its_time(compiled, tmp_path):
    with Store(tmp_path / "other") as store:
        outputs = {"table": Table.of({"x": 1}), "model": Model({"w": torch.zeros(300_000)}, {})}
        store.put(FIRST, {"operator": "o"}, outputs)
    assert sound_tasks([compiled], store.root) == {FIRST}
    (table,) = store.root.glob("objects/*/*/table/*")
    flip_quietly(table, 30)
    assert sound_tasks([compiled], store.root) == set() and not Store(store.root).verify(FIRST)
