import io
import os
import tarfile

from heldout.compiler.images.context import BILL, Build, write_context
from heldout.compiler.images.inputs import recipe_digest

BUILD = Build("cpu", f"python@sha256:{'b' * 64}", "sha256:recipe", 86400)


def context(tmp_path, files=None, names=("b.whl", "a.whl")):
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    out = io.BytesIO()
    write_context(out, files or {"z": b"1", "heldout/bin/python": b"2"}, [tmp_path / n for n in names], 86400)
    return out.getvalue()


def test_the_bytes_are_the_same_whatever_the_files_on_the_disk_bear(tmp_path):
    first = context(tmp_path)
    os.utime(tmp_path / "a.whl", (5, 5))
    (tmp_path / "b.whl").chmod(0o600)
    assert context(tmp_path, {"heldout/bin/python": b"2", "z": b"1"}, ("a.whl", "b.whl")) == first


def test_entries_are_sorted_of_one_time_one_owner_and_two_modes(tmp_path):
    with tarfile.open(fileobj=io.BytesIO(context(tmp_path))) as tar:
        entries = tar.getmembers()
        assert tar.extractfile("wheels/a.whl").read() == b"a.whl"
    assert [each.name for each in entries] == ["heldout/bin/python", "z", "wheels/a.whl", "wheels/b.whl"]
    assert {(each.mtime, each.uid, each.gid, each.uname) for each in entries} == {(86400, 0, 0, "")}
    assert [each.mode for each in entries] == [0o755, 0o644, 0o644, 0o644]


def test_a_context_holds_both_definitions_and_the_image_its_bill():
    files = BUILD.files(wheels=False)
    assert files[f"heldout/{BILL}"] == BUILD.bill
    assert files["Dockerfile"].decode().startswith("# heldout")
    assert "Bootstrap: docker" in files["apptainer.def"].decode()
    assert f"ARG BASE={BUILD.base}" in files["Dockerfile"].decode()
    assert "ARG BASE=called" in BUILD.files(wheels=False, start="called")["Dockerfile"].decode()
    assert files["requirements.txt"] == files["heldout/requirements.txt"]


def test_labels_bear_the_recipe_which_bears_no_labels():
    recipe = recipe_digest("cpu", BUILD.base)
    assert Build("cpu", BUILD.base, recipe, 0).labels()["heldout.recipe"] == recipe
    assert recipe_digest("cpu", BUILD.base) == recipe
