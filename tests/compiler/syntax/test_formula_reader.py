import pytest

from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.expression import Arithmetic, Call, Number, Reference, names_in
from heldout.compiler.syntax.formula_reader import Unreadable, read_formula
from heldout.compiler.syntax.reader import read_study


def place(start, end):
    return Span("f", 1, start, end - start)


def written(formula):
    match formula:
        case Number(value):
            return value
        case Reference():
            return formula.bare
        case Call(function, arguments):
            return (function, *map(written, arguments))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a-b-c", ("-", ("-", "a", "b"), "c")),
        ("a-1", ("-", "a", 1)),
        ("a * b + c", ("+", ("*", "a", "b"), "c")),
        ("a ** b ** c", ("**", "a", ("**", "b", "c"))),
        ("-a ** 2", ("-", ("**", "a", 2))),
        ("2 * -3", ("*", 2, -3)),
        ("a // b % c", ("%", ("//", "a", "b"), "c")),
        ("s.table.accuracy / s.count", ("/", "s.table.accuracy", "s.count")),
        ("count(count)", ("count", "count")),  # a function before a parenthesis, and an axis else
        ("max(a, b.c, 1e-3)", ("max", "a", "b.c", 1e-3)),
    ],
)
def test_as_python_reads_it(text, tree):
    assert written(read_formula(text, place)) == tree


def test_every_name_knows_its_place():
    names = list(names_in(read_formula("1 - (ab + c.d)", place)))
    assert [(name.bare, name.span.column, name.span.length) for name in names] == [
        ("ab", 5, 2),
        ("c.d", 10, 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10**5,
        "-" * 900,
        "1" + "+1" * 10**5,
        "a(" * 300,
        "9" * 900,
        "a" * 10**6,
        "((1)" * 200,
        "1.2.3",
        "a..b",
    ],
)
def test_no_text_is_too_much(text):
    with pytest.raises(Unreadable):
        read_formula(text, place)


STUDY = "heldout: 1\nstudy: a\nstages:\n  s:\n    use: data/x\n"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("    a: ${1 + bc}", 14),
        ("    a: '${1 + bc}'", 15),
        ('    a: ["${1 + bc}"]', 16),
        ("    a: [${max(1, bc)}]", 18),
        ("    a: {b: ${max(1, bc)}}", 21),
    ],
)
def test_a_name_is_found_where_it_stands_in_the_spec(line, column):
    study, problems = read_study(f"{STUDY}{line}\n".encode(), "a.yaml")
    assert not problems
    value = study.stages[0].arguments[0].value
    while not isinstance(value, Arithmetic):
        value = value.items[0] if hasattr(value, "items") else value.entries[0][2]
    (name,) = names_in(value.formula)
    assert (name.span.line, name.span.column, name.span.length) == (6, column, 2)


def test_a_text_over_several_lines_is_one_formula():
    study, problems = read_study(f'{STUDY}    a: "${{1 +\n      bc}}"\n'.encode(), "a.yaml")
    assert not problems
    assert study.stages[0].arguments[0].value.text == "1 + bc"


def test_a_hyphen_in_a_plain_reference_is_part_of_the_name():
    study, _ = read_study(f"{STUDY}    a: ${{method.group-dro}}\n".encode(), "a.yaml")
    assert study.stages[0].arguments[0].value.field == "group-dro"
