"""Levels from data, written so that a spec reads each of them as it is called."""

import pytest

from heldout.compiler.refusal import Refusal
from heldout.compiler.run.levels import levels_of_folder, write_levels
from heldout.compiler.syntax.level_file import read_level_file
from heldout.compiler.syntax.texts import Text

LEVELS = {"cis 1": 3, "a,b": 2, "0021": 1, 'x"y"': 1, "é": 4}


def images(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_a_folder_has_its_domains_sorted_with_their_images(tmp_path):
    folder = images(
        tmp_path, "b 2/x/1.png", "b 2/y/1.png", "a/x/1.png", "e\u0301/x/1.png", "README.md", ".git/x/y"
    )
    assert list(levels_of_folder(folder).items()) == [("a", 1), ("b 2", 2), ("é", 1)]


def test_a_folder_of_another_layout_is_refused(tmp_path):
    with pytest.raises(Refusal, match="no DOMAIN/CLASS/IMAGE"):
        levels_of_folder(images(tmp_path, "a/1.png"))
    with pytest.raises(Refusal, match="control character"):
        levels_of_folder(images(tmp_path / "two", "a\n/x/1.png"))


def test_a_spec_reads_them_as_they_are_called(tmp_path):
    for name, fields in (("a.csv", ("rows",)), ("a.txt", ())):
        assert write_levels(LEVELS, tmp_path / name)
        assert not write_levels(LEVELS, tmp_path / name), "the same is not written again"
        read = read_level_file(Text(name, name, (tmp_path / name).read_bytes()))
        assert [level.name.value for level in read.levels] == list(LEVELS)
        assert read.fields == fields
    assert [level.number("rows") for level in read_of(tmp_path / "a.csv").levels] == list(LEVELS.values())
    write_levels({"15": 1, "0.5": 1}, tmp_path / "b.txt")
    assert [level.name.value for level in read_of(tmp_path / "b.txt").levels] == [15, 0.5]


def read_of(path):
    return read_level_file(Text(path.name, path.name, path.read_bytes()))


@pytest.mark.parametrize(
    ("name", "level", "message"),
    [
        ("a.csv", "x\x1b[2J", r"line 2 of .*a.csv would be wrong: .*U\+001B"),
        ("a.csv", "two\nlines", "would be wrong"),
        ("a.txt", "two\nlines", "cannot be called"),
        ("a.csv", "${model}", "refers to nothing"),
        ("a.csv", " x", "a level cannot be called ' x'"),
        ("a.txt", "", "cannot be called ''"),
        ("a.csv", "", "names no level"),
        ("a.csv", "\udcff", "UTF-8"),
        ("a.md", "x", "no name for a file of levels"),
    ],
)
def test_what_no_spec_could_read_is_not_written(tmp_path, name, level, message):
    with pytest.raises(Refusal, match=message):
        write_levels({level: 1}, tmp_path / name)
    assert not (tmp_path / name).exists()
