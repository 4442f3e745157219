"""A store that can only be read needs no lock, and what it lacks is said to be lacking."""

import os
import subprocess
from pathlib import Path

import pytest

from heldout.compiler.store.lock import using
from heldout.runtime.machine.store.lock import share

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a folder read-only, which needs root")


@pytest.fixture
def store(tmp_path: Path):
    folder = tmp_path / "store"
    folder.mkdir()
    mounted = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("nothing can be mounted here")
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_one_without_a_lock_is_used_without(store):
    with using(store):
        assert share(store) is None
    assert list(store.iterdir()) == []
