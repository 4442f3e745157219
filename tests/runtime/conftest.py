"""What tests of several folders share."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

AddRepository = Callable[[str, str, str, dict[str, bytes]], None]


@pytest.fixture
def hub(tmp_path, monkeypatch) -> AddRepository:
    """Adds a commit of a repository to an empty hub cache; the client is offline and reads that.

    The cache is laid out as the client does it: blobs by hash, snapshots that link to them.
    """
    from huggingface_hub import constants

    cache: Path = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)

    def add(kind: str, name: str, revision: str, files: dict[str, bytes]) -> None:
        root = cache / f"{kind}s--{name.replace('/', '--')}"
        (root / "blobs").mkdir(parents=True, exist_ok=True)
        (root / "refs").mkdir(exist_ok=True)
        (root / "refs" / "main").write_text(revision)
        for path, content in files.items():
            blob = root / "blobs" / hashlib.sha256(content).hexdigest()
            blob.write_bytes(content)
            link = root / "snapshots" / revision / path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(blob)

    return add
