import errno
import os

import pytest

from heldout.runtime.files import link_or_copy


def test_a_file_gets_another_name(tmp_path):
    (tmp_path / "old").write_bytes(b"bytes")
    link_or_copy(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "old").samefile(tmp_path / "new")


def test_what_a_symbolic_link_leads_to_and_not_the_link(tmp_path):
    (tmp_path / "old").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to("old")
    link_or_copy(tmp_path / "link", tmp_path / "new")
    assert not (tmp_path / "new").is_symlink() and (tmp_path / "old").samefile(tmp_path / "new")


@pytest.mark.parametrize("why", [errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP])
def test_where_there_are_no_links_it_is_copied(tmp_path, monkeypatch, why):
    def refuse(*_):
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "old").write_bytes(b"bytes" * 1000)
    link_or_copy(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == b"bytes" * 1000
    assert not (tmp_path / "old").samefile(tmp_path / "new")


def test_nothing_is_replaced_and_nothing_is_made_of_nothing(tmp_path):
    (tmp_path / "old").write_bytes(b"bytes")
    (tmp_path / "new").write_bytes(b"others")
    with pytest.raises(FileExistsError):
        link_or_copy(tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == b"others"
    with pytest.raises(FileNotFoundError):
        link_or_copy(tmp_path / "gone", tmp_path / "other")


def test_a_machine_that_fails_is_no_reason_to_copy(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "link", fail)
    (tmp_path / "old").write_bytes(b"bytes")
    with pytest.raises(OSError, match="Input/output error"):
        link_or_copy(tmp_path / "old", tmp_path / "new")
