"""Nothing of where the author worked is published."""

from pathlib import Path

import pytest

from heldout.compiler.archive.places import published

TASK = {"task": "0" * 64, "coordinates": {"item": 2}, "error": "FileNotFoundError"}


def test_a_failure_is_told_without_the_authors_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/ada")
    message = f"no file '{tmp_path}/results/a/full/operators/x' for /home/ada/models/y, nor /elsewhere/z"
    failed = TASK | {"message": message, "traceback": f"File {tmp_path}/results/a/full/operators/mine.py"}
    done = {"stage": "a", "shard": "000", "tasks": 2, "failed": [failed], "blocked": [], "seconds": 1.0}
    told = published(done, [tmp_path, tmp_path / "results" / "a" / "full"])
    assert told["failed"] == [TASK | {"message": "no file '…/operators/x' for …/models/y, nor /elsewhere/z"}]
    assert {key: told[key] for key in done if key != "failed"} == {
        k: v for k, v in done.items() if k != "failed"
    }
