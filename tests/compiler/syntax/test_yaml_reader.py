"""YAML 1.2: what plain values are, and where they stand."""

import pytest

from heldout.compiler.syntax.tree import Mapping, Scalar, Sequence
from heldout.compiler.syntax.yaml_reader import SpecError, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("true", True), ("False", False), ("null", None),
        ("~", None), ("True", True),
        ("0123", 123), ("0o17", 15), ("0x1F", 31), ("-7", -7), ("+7", 7), ("1e-3", 0.001), (".5", 0.5),
        ("5.", 5.0),
        ("1_000", "1_000"), ("12:30", "12:30"), ("2026-01-01", "2026-01-01"), ('"1"', "1"), ("'no'", "no"),
        ("${a}", "${a}"), ("9007199254740991", 2**53 - 1), ("é", "é"),
    ],
)  # fmt: skip
def test_plain_values(text: str, value: object):
    node = read_yaml(f"a: {text}", "f")
    assert isinstance(node, Mapping)
    found = node.get("a")
    assert isinstance(found, Scalar)
    assert found.value == value and type(found.value) is type(value)


def test_places_and_references_in_flow_mappings():
    node = read_yaml("a: 1\nb: {use: x, data: ${one.two}, list: [${three}, '${four}']}\n", "f.yaml")
    assert isinstance(node, Mapping)
    inner = node.get("b")
    assert isinstance(inner, Mapping)
    data, listed = inner.get("data"), inner.get("list")
    assert isinstance(data, Scalar) and data.value == "${one.two}"
    assert (data.span.file, data.span.line, data.span.column, data.span.length) == ("f.yaml", 2, 19, 10)
    assert isinstance(listed, Sequence) and [getattr(i, "value", None) for i in listed.items] == [
        "${three}",
        "${four}",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a: 1\nb: \x07", 2, 4), ("é: \x00", 1, 4), ("a: [1,\n", 2, 1), ("\n\n# b\x85: \x01", 3, 4)],
)
def test_the_place_of_what_is_no_yaml(text: str, line: int, column: int):
    with pytest.raises(SpecError) as error:
        read_yaml(text, "f")
    assert (error.value.diagnostic.span.line, error.value.diagnostic.span.column) == (line, column)


def test_a_list_in_brackets_ends_at_its_bracket_and_one_in_lines_with_its_line():
    root = read_yaml("a: {b: [1, 2], c: {d: 3}}\ne:\n  - 1\n  - 2\n", "spec.yaml")
    assert isinstance(root, Mapping)
    inner = root.get("a")
    assert isinstance(inner, Mapping)
    lengths = [node.span.length for node in (inner, inner.get("b"), inner.get("c"), root.get("e")) if node]
    assert lengths == [len("{b: [1, 2], c: {d: 3}}"), len("[1, 2]"), len("{d: 3}"), len("- 1")]
