"""Files that people keep are written by two functions, one a package: beside, in UTF-8, and renamed."""

import ast
import errno
import os
from pathlib import Path

import pytest

from heldout.compiler.files import write_if_changed, write_new
from heldout.runtime.files import beside, write

ROOT = Path(__file__).parents[1]

# What writes otherwise, and why nobody sees it half-written.
OTHERWISE = {
    "compiler/files.py": "one of the two functions",
    "runtime/files.py": "the other",
    "runtime/rights.py": "makes files of a store, which are locks and packs",
    "compiler/store/flock.py": "a lock",
    "compiler/store/lease.py": "a lease",
    "compiler/run/exclusive.py": "a lock",
    "compiler/launch/slots.py": "locks",
    "compiler/run/workflow.py": "Snakemake's log, which grows",
    "runtime/machine/execute/progress.py": "events, which grow",
    "runtime/machine/execute/command.py": "a log, which grows",
    "runtime/machine/execute/launcher.py": "logs, which grow",
    "compiler/garbage/sweep.py": "a pack, beside and renamed",
    "compiler/archive/writer.py": "an archive, beside and renamed",
    "compiler/archive/reader.py": "unpacks into a folder of its own",
    "compiler/archive/signature.py": "in a temporary folder",
    "compiler/images/layers.py": "tars of an image on its way to the engine, in a temporary folder",
    "compiler/images/normalise.py": "the same",
    "compiler/images/context.py": "the same",
    "compiler/images/archives.py": "the same",
    "runtime/machine/store/reader.py": "in a temporary folder",
    "runtime/machine/execute/peak_memory.py": "tells the kernel something",
}
# Artifacts are saved into a folder that is renamed as a whole.
ARTIFACTS = "runtime/artifacts/"


def writes(tree):
    """The calls of a module that open a file to write, or write one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("write_text", "write_bytes", "mkstemp") or (
            name in ("open", "fdopen")
            and any(
                isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and set(value.value) & set("wax+")
                for value in (*node.args[:2], *(k.value for k in node.keywords if k.arg == "mode"))
                if isinstance(value, ast.Constant) and len(str(value.value)) <= 3
            )
        ):
            yield node


def test_nothing_else_writes_files():
    found = set()
    for package in ("compiler", "runtime", "src/heldout"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for call in writes(ast.parse(path.read_text(encoding="utf-8"))):
                found.add(name)
                known = name in OTHERWISE or name.startswith(ARTIFACTS)
                assert known, (
                    f"{name}:{call.lineno} writes a file: use `files.write` or `files.write_if_changed`"
                )
    assert found - {"compiler/files.py"}, "the test finds what it looks for"


@pytest.mark.parametrize("put", [write, write_if_changed])
def test_a_file_that_cannot_be_written_leaves_the_one_that_was_there(tmp_path, monkeypatch, put):
    path = tmp_path / "index.html"
    put(path, "größer ≥")
    assert path.read_bytes() == "größer ≥".encode()
    real = os.open

    def full(name, flags, *mode, **more):
        if flags & os.O_CREAT:
            real(name, flags, *mode, **more)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(name, flags, *mode, **more)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OSError, match="No space"):
        put(path, "another")
    monkeypatch.undo()
    assert path.read_bytes() == "größer ≥".encode() and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("umask", "rights"), [(0o022, 0o644), (0o077, 0o600)])
def test_rights_are_the_users(tmp_path, umask, rights):
    before = os.umask(umask)
    try:
        write_if_changed(tmp_path / "folder" / "one", "1")
        write(tmp_path / "folder" / "two", "2")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "folder").iterdir()} == {rights}


def test_a_new_file_takes_the_place_of_none(tmp_path):
    write_new(tmp_path / "spec.yaml", "1")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "spec.yaml", "2")
    assert (tmp_path / "spec.yaml").read_text() == "1" and len(list(tmp_path.iterdir())) == 1


def test_what_a_library_writes_is_renamed_when_it_is_whole(tmp_path):
    path = tmp_path / "table.csv"
    with beside(path) as unfinished:
        unfinished.write_text("1")
        assert not path.exists()
    with pytest.raises(ValueError), beside(path) as unfinished:
        unfinished.write_text("2")
        raise ValueError
    assert path.read_text() == "1" and list(tmp_path.iterdir()) == [path]
