import pytest

from heldout.compiler.syntax.yaml_reader import SpecError, read_yaml


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (r'"a\0b"', "U+0000"),
        (r'"a\eb"', "U+001B"),
        (r'"a\rb"', "U+000D"),
        (r'"\x7f"', "U+007F"),
        (r'"a\Nb"', "U+0085"),
        (r'"a\Lb"', "U+2028"),
        ('"a\u202eb"', "U+202E"),
        (r'"a\u2066b"', "U+2066"),
        (r'"a\ufffeb"', "U+FFFE"),
    ],
)
def test_no_text_holds_a_control_character_by_an_escape_or_as_it_is(written, code):
    with pytest.raises(SpecError) as caught:
        read_yaml(f"title: fine\nlevels: [one, {written}]\n", "a.yaml")
    found = caught.value.diagnostic
    assert found.code == "control-character"
    assert found.message == f"the text holds the control character {code}"
    assert (found.span.line, found.span.column) == (2, 15)


@pytest.mark.parametrize("letter", "\0\x1b\x85\u2028\u2029\ufeff")
def test_what_ends_a_line_for_some_and_not_for_others_stands_nowhere(letter):
    with pytest.raises(SpecError) as caught:
        read_yaml(f"title: fine\n# a note{letter}on it\nlevels: [one]\n", "a.yaml")
    found = caught.value.diagnostic
    assert (found.code, found.span.line, found.span.column) == ("control-character", 2, 9)
    assert found.message == f"the character U+{ord(letter):04X} cannot stand in a spec"


def test_lines_tabs_and_other_scripts_are_text():
    node = read_yaml('notes: "a\\nb\\tc"\ntitle: "größe ≥ 1, 名前, 👩\u200d🔬"\n', "a.yaml")
    assert [value.value for _, value in node.entries] == ["a\nb\tc", "größe ≥ 1, 名前, 👩\u200d🔬"]
