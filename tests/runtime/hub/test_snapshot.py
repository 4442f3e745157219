import pytest

from heldout.runtime.hub.snapshot import snapshot

OLD, NEW = "a" * 40, "b" * 40


def test_the_named_commit_is_read_and_only_matching_files(hub):
    hub("model", "lab/net", OLD, {"config.json": b"old", "code.py": b"x", "onnx/config.json": b"y"})
    hub("model", "lab/net", NEW, {"config.json": b"new"})
    found = snapshot("lab/net", OLD, "model", ["*.json"])
    assert {name: path.read_bytes() for name, path in found.items()} == {
        "config.json": b"old",
        "onnx/config.json": b"y",
    }


@pytest.mark.parametrize("revision", ["main", "v1.0", "a" * 39, "A" * 40, "g" * 40])
def test_what_may_move_is_refused(hub, revision):
    hub("model", "lab/net", OLD, {"config.json": b"{}"})
    with pytest.raises(ValueError, match="must be a commit of 40 hexadecimal digits"):
        snapshot("lab/net", revision, "model", ["*"])


def test_no_matching_file_is_an_error(hub):
    hub("dataset", "lab/data", OLD, {"README.md": b""})
    with pytest.raises(ValueError, match=r"lab/data at a{40} has no file like \*\.parquet"):
        snapshot("lab/data", OLD, "dataset", ["*.parquet"])


def test_a_commit_that_is_not_there_is_an_error_offline(hub):
    hub("model", "lab/net", OLD, {"config.json": b"{}"})
    with pytest.raises(OSError, match="not find"):
        snapshot("lab/net", NEW, "model", ["*"])
