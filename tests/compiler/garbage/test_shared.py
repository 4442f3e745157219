import shutil

import torch

from heldout.compiler.garbage.shared import loose_blobs, stale_contents
from heldout.compiler.garbage.survey import size_on_disk, survey
from heldout.compiler.garbage.sweep import sweep
from heldout.runtime.artifacts import Model
from heldout.runtime.machine.store import Store

ONE, TWO, THREE = "a" * 64, "b" * 64, "c" * 64


def filled(root):
    """One and two hold the same 1.2 MB, and three its own."""
    with Store(root) as store:
        for task, value in ((ONE, 1.0), (TWO, 1.0), (THREE, 3.0)):
            record = {"operator": "toy/large", "finished": 1.0, "content": task[::-1]}
            store.put(task, record, {"model": Model({"w": torch.full((300_000,), value)}, {})})
    return root


def test_what_goes_frees_what_nothing_else_holds(tmp_path):
    root = filled(tmp_path / "store")
    (one,) = survey(root, {TWO, THREE}).unneeded
    assert one.size < 10_000, "the other one holds the same file"
    one, two = survey(root, {THREE}).unneeded
    assert 1_200_000 < one.size < 1_210_000 and two.size < 10_000, "the first of both"
    before = size_on_disk(root)
    sweep(root, survey(root, {THREE}))
    contents = 2 * 64  # and the two files that said where
    assert before - size_on_disk(root) == one.size + two.size + contents
    assert Store(root).verify(THREE) and [path.stat().st_nlink for path in root.glob("blobs/*/*")] == [2]


def test_a_blob_stays_as_long_as_a_result_holds_it(tmp_path):
    root = filled(tmp_path / "store")
    assert list(loose_blobs(root)) == []
    sweep(root, survey(root, {TWO, THREE}))
    assert len(list(root.glob("blobs/*/*"))) == 2 and Store(root).verify(TWO)


def test_blobs_that_nothing_holds_are_found_and_go(tmp_path):
    filled(tmp_path / "store")
    root = tmp_path / "copy"
    shutil.copytree(tmp_path / "store", root)  # which makes a file of each link
    needed = {ONE, TWO, THREE}
    found = survey(root, needed)
    assert len(found.blobs) == 2 and found.leftovers == [] and found.kept == []
    young = min(path.stat().st_mtime for path in found.blobs)
    assert survey(root, needed, before=young - 1).blobs == []
    assert sweep(root, found) == [] and list(root.glob("blobs/*/*")) == []
    assert all(Store(root).verify(task) for task in needed)


def test_what_says_where_a_result_is_goes_with_it(tmp_path):
    root = filled(tmp_path / "store")
    assert list(stale_contents(root)) == []
    sweep(root, survey(root, {ONE}))
    (left,) = root.glob("contents/*/*")
    assert left.read_text() == ONE
    (root / "contents" / "ff").mkdir(exist_ok=True)
    (root / "contents" / "ff" / ("f" * 64)).write_bytes(b"torn")
    sweep(root, survey(root, {ONE}))
    assert list(root.glob("contents/*/*")) == [left]
