import errno
import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
import torch

from heldout.compiler.garbage.survey import survey
from heldout.compiler.garbage.sweep import sweep
from heldout.runtime.artifacts import Model
from heldout.runtime.files import link_or_copy
from heldout.runtime.machine.store import Store, checked, objects
from heldout.runtime.machine.store.blobs import blob_path
from heldout.runtime.machine.store.reader import StoreReader

BYTES = 300_000 * 4  # of the weights, of which the file has a few more


def weights_of(number):
    return {"model": Model({"w": torch.full((300_000,), float(number))}, {"number": number})}


def put(root, task, numbers, number=10, origins=None):
    with Store(root) as store:
        return store.put(numbers.task(task), numbers.record(task), weights_of(number), origins or {})


def file_of(root, task, numbers, port="model"):
    name = numbers.task(task)
    return root / "objects" / name[:2] / name / port / "model.safetensors"


def blobs(root):
    return [path for path in root.glob("blobs/*/*") if path.is_file()]


def flip(path, *, quietly=False):
    """Change one bit; `quietly`: as a disk does it, which tells no time."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(1000)
        byte = file.read(1)[0]
        file.seek(1000)
        file.write(bytes([byte ^ 1]))
    if quietly:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def hashed(monkeypatch):
    """The names of the large files that are read whole."""
    found = []
    real = checked.file_sha256

    def spy(path):
        if path.stat().st_size >= checked.LARGE_BYTES:
            found.append(path.name)
        return real(path)

    monkeypatch.setattr(checked, "file_sha256", spy)
    monkeypatch.setattr("heldout.runtime.machine.store.blobs.file_sha256", spy)
    return found


def test_a_large_file_is_kept_by_its_checksum_and_a_small_one_is_not(root, numbers):
    record = put(root, 1, numbers)
    (blob,) = blobs(root)
    about = record["files"]["model/model.safetensors"]
    assert blob == blob_path(root, hashlib.sha256(blob.read_bytes()).hexdigest())
    assert blob.name == about["sha256"] and about["size"] > BYTES
    assert blob.samefile(file_of(root, 1, numbers)) and blob.stat().st_nlink == 2
    assert about["mtime_ns"] == blob.stat().st_mtime_ns
    assert "mtime_ns" not in record["files"]["model/heldout.json"]


def test_equal_files_are_one_between_tasks_and_processes(root, numbers):
    for task in (1, 2, 3):
        put(root, task, numbers)
    (blob,) = blobs(root)
    assert blob.stat().st_nlink == 4
    assert all(Store(root).verify(numbers.task(task)) for task in (1, 2, 3))
    put(root, 4, numbers, number=20)
    assert len(blobs(root)) == 2


def test_equal_files_are_one_within_a_task(root, numbers):
    with Store(root) as store:
        twice = {"one": weights_of(10)["model"], "two": weights_of(10)["model"]}
        store.put(numbers.task(1), numbers.record(1), twice)
    (blob,) = blobs(root)
    assert blob.stat().st_nlink == 3
    assert file_of(root, 1, numbers, "one").samefile(file_of(root, 1, numbers, "two"))


def test_a_new_process_reads_no_large_file_whole(root, numbers, hashed):
    put(root, 1, numbers)
    assert hashed == ["model.safetensors"], "once, when it is written"
    store = Store(root)
    assert store.verify(numbers.task(1))
    assert torch.equal(store.load(numbers.task(1), "model").weights["w"], torch.full((300_000,), 10.0))
    assert len(hashed) == 1


def test_an_output_that_is_an_input_costs_links(root, numbers, hashed):
    put(root, 1, numbers)
    with Store(root) as store:
        model = store.load(numbers.task(1), "model")
        origins = {"best": (numbers.task(1), "model")}
        record = store.put(numbers.task(2), numbers.record(2), {"best": model}, origins)
    assert len(hashed) == 1
    assert file_of(root, 1, numbers).samefile(file_of(root, 2, numbers, "best"))
    assert (
        record["files"]["best/model.safetensors"]
        == StoreReader(root).record(numbers.task(1))["files"]["model/model.safetensors"]
    )
    assert Store(root).verify(numbers.task(2))


def test_a_kind_may_link_to_what_it_was_read_from(root, numbers, hashed):
    put(root, 1, numbers)

    class Linked(Model):
        def save(self, folder):
            link_or_copy(file_of(root, 1, numbers), folder / "model.safetensors")
            (folder / "heldout.json").write_text("{}")

    with Store(root) as store:
        assert store.verify(numbers.task(1))
        linked = Linked(store.load(numbers.task(1), "model").weights, {})
        store.put(numbers.task(2), numbers.record(2), {"model": linked})
    assert len(hashed) == 1, "the store knows the file by its inode"
    assert file_of(root, 2, numbers).stat().st_nlink == 3


@pytest.mark.parametrize("copied", ["with its times", "with links", "plainly"])
def test_a_copied_store_is_hashed_once_at_most(root, tmp_path, numbers, hashed, copied):
    put(root, 1, numbers)
    copy = tmp_path / "copy"
    if copied == "plainly":
        shutil.copytree(root, copy, copy_function=shutil.copyfile)
    elif copied == "with its times":
        shutil.copytree(root, copy)
    else:
        subprocess.run(["cp", "-a", root, copy], check=True)
    hashed.clear()
    assert StoreReader(copy).verify(numbers.task(1))  # which changes nothing
    assert StoreReader(copy).verify(numbers.task(1))
    assert len(hashed) == (2 if copied == "plainly" else 0)
    with Store(copy) as store:
        assert store.verify(numbers.task(1))
    assert Store(copy).verify(numbers.task(1))
    assert len(hashed) == (3 if copied == "plainly" else 0), "a job has put the time right"


def test_a_damaged_blob_is_replaced_and_no_new_result_is_linked_to_it(root, numbers):
    put(root, 1, numbers)
    flip(file_of(root, 1, numbers))
    put(root, 2, numbers)
    assert not Store(root).verify(numbers.task(1)) and Store(root).verify(numbers.task(2))
    with Store(root) as store:
        assert not store.verify(numbers.task(1))
        store.put(numbers.task(1), numbers.record(1), weights_of(10))
    assert Store(root).verify(numbers.task(1))
    (blob,) = blobs(root)
    assert blob.stat().st_nlink == 3 and not list((root / "incoming").iterdir())


def test_a_bit_that_flips_without_a_trace_is_found_by_hashing_alone(root, numbers):
    put(root, 1, numbers)
    flip(file_of(root, 1, numbers), quietly=True)
    files = Store(root).record(numbers.task(1))["files"]
    folder = root / "objects" / numbers.task(1)[:2] / numbers.task(1)
    assert Store(root).verify(numbers.task(1))  # as docs/store.md says
    assert not checked.files_hold(checked.CheckedFiles(), folder, files, thorough=True)


def test_without_hard_links_there_are_no_blobs_and_all_else_is_the_same(root, numbers, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    put(root, 1, numbers)
    with Store(root) as store:
        model = store.load(numbers.task(1), "model")
        origins = {"model": (numbers.task(1), "model")}
        store.put(numbers.task(2), numbers.record(2), {"model": model}, origins)
        given = numbers.record(3) | {"content": "c" * 64}
        store.put(numbers.task(3), given, weights_of(30))
        assert store.put_same(numbers.task(4), given | {"same_as": numbers.task(3)}, numbers.task(3))
    assert blobs(root) == []
    store = Store(root)
    assert [store.verify(numbers.task(n)) for n in (1, 2, 3, 4)] == [True] * 4
    assert torch.equal(store.load(numbers.task(4), "model").weights["w"], torch.full((300_000,), 30.0))
    assert file_of(root, 2, numbers).stat().st_nlink == 1
    sweep(root, survey(root, {numbers.task(2)}))
    assert Store(root).verify(numbers.task(2)) and not Store(root).has(numbers.task(1))


def test_a_file_that_has_all_the_links_it_may_have_is_kept_anew(root, numbers, monkeypatch):
    put(root, 1, numbers)
    real, (old,) = os.link, blobs(root)
    full = old.stat().st_ino

    def link(source, target, **more):
        if Path(source).stat().st_ino == full:
            raise OSError(errno.EMLINK, "Too many links")
        real(source, target, **more)

    monkeypatch.setattr(os, "link", link)
    for task in (2, 3):
        put(root, task, numbers)
    assert file_of(root, 2, numbers).samefile(file_of(root, 3, numbers))
    assert not file_of(root, 1, numbers).samefile(file_of(root, 2, numbers))
    assert all(Store(root).verify(numbers.task(task)) for task in (1, 2, 3))


def test_blobs_may_go_at_any_time(root, numbers):
    put(root, 1, numbers)
    shutil.rmtree(root / "blobs")
    assert Store(root).verify(numbers.task(1))
    put(root, 2, numbers)
    assert Store(root).verify(numbers.task(2)) and len(blobs(root)) == 1


def test_a_folder_of_a_store_of_before_is_read_and_linked_to(root, numbers, hashed):
    put(root, 1, numbers)
    shutil.rmtree(root / "blobs")
    manifest = root / "objects" / numbers.task(1)[:2] / numbers.task(1) / "manifest.json"
    record = objects.read_manifest(root, numbers.task(1))
    for about in record["files"].values():
        about.pop("mtime_ns", None)
    objects.write(manifest, objects.json.dumps(objects.sealed(record)))
    hashed.clear()
    with Store(root) as store:
        model = store.load(numbers.task(1), "model")
        assert len(hashed) == 1
        store.put(numbers.task(2), numbers.record(2), {"model": model}, {"model": (numbers.task(1), "model")})
    assert len(hashed) == 1 and file_of(root, 1, numbers).samefile(file_of(root, 2, numbers))


def test_killed_at_every_step_of_a_put(root, numbers, fork):
    """Whatever was done by then, what is in sight is whole, and the next put and `gc` go on from there."""
    put(root, 1, numbers)

    def child(last):
        steps = iter(range(last + 1))

        def counted(real):
            def call(*arguments, **more):
                if next(steps, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **more)

            return call

        for name in ("link", "rename", "replace", "fsync", "chmod", "mkdir", "unlink"):
            setattr(os, name, counted(getattr(os, name)))
        put(root, 2, numbers)
        put(root, 3, numbers, number=30)
        os._exit(0)

    killed = 0
    for last in range(200):
        process = fork(child, last)
        process.join(60)
        store = Store(root)
        for task in (1, 2, 3):
            assert store.verify(numbers.task(task)) or not store.has(numbers.task(task)), last
        assert store.verify(numbers.task(1))
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        killed += 1
        sweep(root, survey(root, {numbers.task(1)}))
        names = {path.parent.name for path in root.glob("objects/*/*/manifest.json")}
        assert names == {numbers.task(1)} and len(blobs(root)) == 1 and not list(root.glob("incoming/*"))
        assert not list(root.glob("contents/*/*"))
    assert killed >= 20
