import errno
import fcntl
import os

import pytest

from heldout.runtime.machine.store import Store, StoreError
from heldout.runtime.machine.store.lock import LOCK, share


def alone(root):
    """Hold a store as one does that removes results."""
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)


def test_many_share_it_and_nobody_has_it_alone_meanwhile(tmp_path):
    first, second = share(tmp_path), share(tmp_path)
    for descriptor in (first, second):
        with pytest.raises(BlockingIOError):
            alone(tmp_path)
        os.close(descriptor)
    alone(tmp_path)


def test_a_store_is_shared_from_when_something_is_there_until_it_is_closed(tmp_path, numbers):
    root = tmp_path / "store"
    with Store(root) as store:
        assert not root.exists(), "it is made when something is first put"
        numbers.put(store, 1)
        with pytest.raises(BlockingIOError):
            alone(root)
    alone(root)
    with Store(root), pytest.raises(BlockingIOError):
        alone(root)


def failing(error):
    def fail(*_):
        raise OSError(error, os.strerror(error))

    return fail


@pytest.mark.parametrize("error", [errno.ENOLCK, errno.ENOSYS])
def test_where_there_are_no_locks_its_run_says_that_the_store_is_in_use(tmp_path, monkeypatch, error):
    monkeypatch.setattr(fcntl, "flock", failing(error))
    assert share(tmp_path) is None


def test_a_store_that_can_only_be_read_and_has_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "open", failing(errno.EROFS))
    assert share(tmp_path) is None


@pytest.mark.parametrize("error", [errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_lock_that_cannot_be_opened_fails_the_job(tmp_path, monkeypatch, error):
    monkeypatch.setattr(os, "open", failing(error))
    with pytest.raises(StoreError):
        share(tmp_path)


def test_a_lock_that_may_only_be_read_is_held_all_the_same(tmp_path, monkeypatch):
    """That of another user, by whose umask it is."""
    os.close(share(tmp_path))
    real = os.open

    def refuse(path, flags, *mode, **more):
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, flags, *mode, **more)

    monkeypatch.setattr(os, "open", refuse)
    descriptor = share(tmp_path)
    monkeypatch.undo()
    with pytest.raises(BlockingIOError):
        alone(tmp_path)
    os.close(descriptor)
