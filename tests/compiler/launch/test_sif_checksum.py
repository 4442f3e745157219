"""A file of gigabytes is hashed once for each change of it."""

import hashlib
import json
import os

import pytest

from heldout.compiler.images.pins import Sif
from heldout.compiler.launch.sif_checksum import is_pinned_file


@pytest.fixture
def sif(tmp_path):
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"an image")
    return Sif(path, f"sha256:{hashlib.sha256(b'an image').hexdigest()}")


def test_it_is_hashed_again_only_after_it_has_changed(sif, monkeypatch):
    hashed = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: hashed.append(1) or digest(*given))
    assert is_pinned_file(sif) and is_pinned_file(sif)
    assert len(hashed) == 1
    os.utime(sif.path, (1, 1))
    assert is_pinned_file(sif)
    assert len(hashed) == 2
    sif.path.write_bytes(b"another!")
    os.utime(sif.path, (2, 2))
    assert not is_pinned_file(sif) and not is_pinned_file(sif)


def test_notes_beside_it_are_read_as_what_they_are(sif):
    note = sif.path.with_name("cpu.sif.checked.json")
    for damaged in ("", "[", json.dumps({"size": 1})):
        note.write_text(damaged)
        assert is_pinned_file(sif)
