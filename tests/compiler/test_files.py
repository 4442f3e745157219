import pytest

from heldout.compiler.files import holds, others, write_if_changed


def test_a_file_is_written_once(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    assert write_if_changed(path, "á\n")
    assert path.read_bytes() == "á\n".encode()
    before = path.stat().st_mtime_ns
    assert not write_if_changed(path, "á\n")
    assert not write_if_changed(path, "á\n".encode())
    assert path.stat().st_mtime_ns == before


def test_another_text_of_the_same_length_is_written(tmp_path):
    path = tmp_path / "file.txt"
    write_if_changed(path, "one")
    assert write_if_changed(path, "two")
    assert path.read_text() == "two"


def test_nothing_is_left_beside_the_file_and_others_may_read_it(tmp_path):
    path = tmp_path / "file.txt"
    write_if_changed(path, "text")
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_an_error_names_the_file_that_was_to_be_written(tmp_path):
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        write_if_changed(tmp_path / "folder.txt", "text")
    assert (raised.value.filename, raised.value.filename2) == (str(tmp_path / "folder.txt"), None)
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.txt"]


def test_bytes_need_not_be_text(tmp_path):
    write_if_changed(tmp_path / "latin.py", b"# \xe9\n")
    assert (tmp_path / "latin.py").read_bytes() == b"# \xe9\n"


def test_others_are_what_a_folder_has_besides(tmp_path):
    for name in ("model/000.json", "model/001.json", "score/000", "report.json"):
        write_if_changed(tmp_path / name, "")
    found = {path.relative_to(tmp_path).as_posix() for path in others(tmp_path, {"model/000"})}
    assert found == {"model/001.json", "score/000"}  # files of the folder itself belong to nobody here


def test_a_file_that_is_missing_or_longer_holds_another_text(tmp_path):
    path = tmp_path / "file.txt"
    assert not holds(path, "")
    path.write_text("one")
    assert holds(path, "one") and holds(path, b"one")
    assert not holds(path, "one more") and not holds(path, "two")
