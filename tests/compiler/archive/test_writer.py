"""Zip files whose bytes are a function of their content."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.reader import open_archive
from heldout.compiler.archive.sources import Part
from heldout.compiler.archive.writer import UnsafeName, write_archive

Files = dict[str, bytes]


def test_the_same_files_give_the_same_bytes_whatever_their_order_and_times(files: Files, tmp_path: Path):
    write_archive(tmp_path / "a.zip", files)
    source = tmp_path / "small.yaml"
    source.write_bytes(files["spec/small.yaml"])
    os.utime(source, (10**9, 10**9))
    backwards = dict(reversed([*files.items(), ("spec/small.yaml", source)]))
    write_archive(tmp_path / "b.zip", backwards)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_manifest_is_what_sha256sum_reads_and_its_own_checksum_is_returned(files: Files, tmp_path: Path):
    digest = write_archive(tmp_path / "a.zip", files)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        manifest = archive.read(contents.MANIFEST)
        times = {entry.date_time for entry in archive.infolist()}
        names = archive.namelist()
    lines = manifest.decode().splitlines()
    assert lines == [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]
    assert hashlib.sha256(manifest).hexdigest() == digest
    assert (times, names) == ({(1980, 1, 1, 0, 0, 0)}, sorted([*files, contents.MANIFEST]))


def test_bytes_may_be_a_part_of_a_file(files: Files, tmp_path: Path):
    (tmp_path / "pack.tar").write_bytes(b"before" + files["spec/small.yaml"] + b"after")
    part = Part(tmp_path / "pack.tar", 6, len(files["spec/small.yaml"]))
    write_archive(tmp_path / "a.zip", {**files, "spec/small.yaml": part})
    with open_archive(tmp_path / "a.zip") as archive:
        assert archive.read("spec/small.yaml") == files["spec/small.yaml"]
        archive.check()


@pytest.mark.parametrize("size", [2**20 + 1, 5 * 2**20])
def test_what_would_look_like_a_bomb_is_stored(files: Files, tmp_path: Path, size: int):
    # All zeros: deflate packs them a thousandfold, and the reader takes 200-fold at most.
    write_archive(tmp_path / "a.zip", {**files, "spec/zeros.yaml": b" " * size})
    with open_archive(tmp_path / "a.zip") as archive:
        archive.check()
        assert archive.size("spec/zeros.yaml") == size
    assert (tmp_path / "a.zip").stat().st_size > size


def test_what_shrinks_is_deflated(files: Files, tmp_path: Path):
    text = "".join(f"{number}: {number**3}\n" for number in range(5000)).encode()
    write_archive(tmp_path / "a.zip", {**files, "spec/numbers.yaml": text})
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        about = archive.getinfo("spec/numbers.yaml")
    assert about.compress_type == zipfile.ZIP_DEFLATED and about.compress_size < len(text) / 2


@pytest.mark.parametrize("name", ["spec/a:b.yaml", "../x", "spec/notes.docx"])
def test_a_file_that_no_reader_would_take_is_not_written(files: Files, tmp_path: Path, name: str):
    with pytest.raises(UnsafeName, match="cannot be put into an archive"):
        write_archive(tmp_path / "a.zip", {**files, name: b"x"})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_read_leaves_what_was_there(files: Files, tmp_path: Path):
    (tmp_path / "a.zip").write_text("the archive of yesterday")
    with pytest.raises(OSError, match="gone"):
        write_archive(tmp_path / "a.zip", {**files, "spec/gone.yaml": tmp_path / "gone"})
    assert (tmp_path / "a.zip").read_text() == "the archive of yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
