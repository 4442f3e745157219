import fcntl
import os

import pytest

from heldout.runtime.machine.store import Store
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


def test_a_store_that_cannot_be_written_is_read_all_the_same(tmp_path):
    (tmp_path / "file").write_text("")
    assert share(tmp_path / "file") is None
