"""Files of levels: what their lines stand for, and what is wrong with them where it stands."""

import pytest

from heldout.compiler.syntax.level_file import MOST_FIELDS, read_level_file
from heldout.compiler.syntax.texts import Text
from heldout.compiler.syntax.yaml_reader import MAX_BYTES, SpecError


def read(data, path="levels.csv"):
    return read_level_file(Text(path, f"specs/{path}", data if isinstance(data, bytes) else data.encode()))


def names(data, path="levels.txt"):
    return [level.name.value for level in read(data, path).levels]


def problem(data, path="levels.csv"):
    with pytest.raises(SpecError) as failed:
        read(data, path)
    return failed.value.diagnostic


def test_a_level_a_line():
    found = read("\ufeffcis 1\r\n\n  no, two \nÅre\n", "levels.txt")
    assert [level.name.value for level in found.levels] == ["cis 1", "no, two", "Åre"]
    assert [(level.name.span.line, level.name.span.column) for level in found.levels] == [
        (1, 1),
        (3, 3),
        (4, 1),
    ]
    assert found.levels[0].name.span.file == "specs/levels.txt"
    assert found.fields == ()
    assert read("", "levels.txt").levels == read("\n", "levels.csv").levels == ()


def test_levels_are_numbers_where_all_are_written_as_numbers_are_shown():
    assert names("0\n15\n-3\n0.5\n") == [0, 15, -3, 0.5]
    for other in (
        "0021",
        "15.0",
        "0.50",
        "1e3",
        "+1",
        "true",
        "null",
        "1_0",
        "٣",
        "9007199254740993",
        "-0",
        ".5",
    ):
        assert names(f"15\n{other}\n") == ["15", other]


def test_fields_of_a_table():
    found = read('camera,rows,place,height\ncis 1,20,"a, b",1.50\n"0021",1e3,,\n')
    assert (found.fields, found.numbers) == (("rows", "place", "height"), {"rows", "height"})
    first, second = found.levels
    assert (first.name.value, second.name.value) == ("cis 1", "0021")
    assert [(key.value, value.value) for key, value in first.fields] == [
        ("rows", 20),
        ("place", "a, b"),
        ("height", 1.5),
    ]
    assert [(key.value, value.value) for key, value in second.fields] == [("rows", 1000.0)]
    assert (second.number("rows"), second.number("height"), first.number("place")) == (1000, None, None)
    assert [value.span.line for _, value in first.fields] == [2, 2, 2]


@pytest.mark.parametrize(
    ("data", "code", "line", "said"),
    [
        ("a,b\nx\n", "bad-level", 2, "has 1 value, and there are 2 columns"),
        ("a,b\nx,1,2\n", "bad-level", 2, "has 3 values"),
        ("a,b\n,1\n", "bad-level", 2, "names no level"),
        ('a,b\n"x\ny",1\n', "bad-level", 2, "no line of CSV"),
        ('a,b\n"x"y,1\n', "bad-level", 2, "no line of CSV"),
        ("a,b\nx,${model}\n", "bad-level", 2, "refers to nothing"),
        ("a,b\nx\x1b[2J,1\n", "control-character", 2, "U+001B"),
        ("a,b\nx\u202ey,1\n", "control-character", 2, "U+202E"),
        ("a,b\nx\ty,1\n", "control-character", 2, "U+0009"),
        ("a,b\nx\x00,1\n", "control-character", 2, "U+0000"),
        ("a,b,b\nx,1,2\n", "duplicate-key", 1, "two columns are called `b`"),
        ("a,b c\nx,1\n", "bad-name", 1, "`b c` is no name for a field"),
        ("a,at,from\nx,1,2\n", "bad-name", 1, "`at`"),
        ("a,search\nx,1\n", "bad-name", 1, "`search`"),
        ("a,\nx,1\n", "bad-name", 1, "`` is no name"),
        (b"a,b\nx,\xff\n", "not-utf8", 2, "0xff"),
        (b"x" * (MAX_BYTES + 1), "yaml-size", 1, "bytes"),
        (",".join(f"f{n}" for n in range(MOST_FIELDS + 1)), "out-of-range", 1, "columns"),
    ],
)
def test_what_is_wrong_stands_at_its_line(data, code, line, said):
    found = problem(data)
    assert (found.code, found.span.line, found.span.file) == (code, line, "specs/levels.csv")
    assert said in found.message
