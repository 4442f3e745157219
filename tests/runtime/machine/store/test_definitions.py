import json

import pytest

from heldout.runtime.machine.store import StoreError
from heldout.runtime.machine.store.definitions import keep_definitions

DIGEST = "sha256:" + "a" * 64


def test_what_a_digest_is_of_is_written_once(tmp_path):
    keep_definitions(tmp_path, DIGEST, {"f in a.py": "1234"})
    (path,) = (tmp_path / "definitions").iterdir()
    assert path.name == "a" * 64 + ".json"
    assert json.loads(path.read_text()) == {"f in a.py": "1234"}
    before = path.stat().st_mtime_ns
    keep_definitions(tmp_path, DIGEST, {"f in a.py": "1234"})
    assert path.stat().st_mtime_ns == before


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "definitions").write_text("in the way")
    with pytest.raises(StoreError, match="a file is where a folder should be"):
        keep_definitions(tmp_path, DIGEST, {})
