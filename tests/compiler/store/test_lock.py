"""Who uses a store, with locks and without."""

import errno
import fcntl
import os

import pytest

from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.exclusive import Busy, holding
from heldout.compiler.store.lock import InUse, alone, using
from heldout.runtime.machine.store import Store


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def without_locks(monkeypatch, number=errno.ENOLCK):
    def fail(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", fail)


def test_many_use_it_or_one_has_it_alone(store):
    with using(store), using(store), pytest.raises(InUse), alone(store):
        pass
    with alone(store), pytest.raises(InUse), using(store):
        pass
    with alone(store), pytest.raises(InUse), alone(store):
        pass
    assert {path.name for path in store.iterdir()} == {".lock"}


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_a_run_goes_on_and_nothing_is_removed(store, tmp_path, monkeypatch, number):
    with using(store), monkeypatch.context() as here:
        without_locks(here, number)
        with using(store), holding(tmp_path / "workflow"):
            with (
                pytest.raises(Busy, match=rf"is under way \(process {os.getpid()}\)"),
                holding(tmp_path / "workflow"),
            ):
                pass
            with pytest.raises(Failed, match="has no locks"), alone(store):
                pass
        with Store(store) as opened:
            assert opened._lock is None
    assert {path.name for path in store.iterdir()} == {".lock"}


def test_who_has_locks_sees_who_has_none(store, monkeypatch):
    """One file system, from a machine with locks and from one without."""
    with monkeypatch.context() as elsewhere:
        without_locks(elsewhere)
        run = using(store)
        run.__enter__()
    with pytest.raises(InUse), alone(store):
        pass
    run.__exit__(None, None, None)
    with alone(store), monkeypatch.context() as elsewhere:
        without_locks(elsewhere)
        with pytest.raises(InUse), using(store):
            pass


def test_other_errors_of_a_lock_are_not_swallowed(store, tmp_path, monkeypatch):
    store.mkdir()
    without_locks(monkeypatch, errno.EIO)
    for hold in (using(store), alone(store), holding(tmp_path / "workflow")):
        with pytest.raises(OSError, match="Input/output error"), hold:
            pass


def test_a_lock_that_cannot_be_opened(store, monkeypatch):
    store.mkdir()

    def refuse(path, *_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "open", refuse)
    for hold in (using(store), alone(store)):
        with pytest.raises(Refusal, match=r"\.lock cannot be opened") as refused, hold:
            pass
        assert "sharing-a-store" in refused.value.hint
