import shutil
from collections import namedtuple

import pytest

from heldout.runtime.machine.store import scratch

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("TMPDIR", raising=False)
    scratch.scratch_root.cache_clear()
    yield
    scratch.scratch_root.cache_clear()


def test_memory_is_taken_where_it_has_room(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "IN_MEMORY", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**30, 0, scratch.FREE_BYTES))
    assert scratch.scratch_root() == str(tmp_path)


def test_not_where_it_is_nearly_full(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "IN_MEMORY", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**30, 2**30, scratch.FREE_BYTES - 1))
    assert scratch.scratch_root() is None


def test_not_where_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "IN_MEMORY", tmp_path / "missing")
    assert scratch.scratch_root() is None


def test_not_where_the_user_has_chosen(monkeypatch, tmp_path):
    monkeypatch.setattr(scratch, "IN_MEMORY", tmp_path)
    monkeypatch.setenv("TMPDIR", "/somewhere")
    assert scratch.scratch_root() is None
