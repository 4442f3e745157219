import pytest

from heldout.compiler.archive.opened import opened
from heldout.compiler.archive.refused import HINTS, ArchiveRefused
from heldout.compiler.refusal import Refusal


def test_what_is_no_archive_is_refused_by_its_name(tmp_path):
    file = tmp_path / "study.zip"
    with pytest.raises(Refusal, match=r"study\.zip cannot be read: No such file"), opened(file, False):
        pass
    file.write_bytes(b"no zip")
    with (
        pytest.raises(Refusal, match=r"study\.zip: error\[not-an-archive\]: ") as refused,
        opened(file, False),
    ):
        pass
    assert (refused.value.kind, refused.value.hint) == ("wrong", HINTS["not-an-archive"])


def test_a_refusal_has_the_hint_of_its_code():
    refused = ArchiveRefused("zip-bomb", "too large")
    assert (refused.code, refused.message, refused.hint) == ("zip-bomb", "too large", HINTS["zip-bomb"])
