"""What is said of text that is no YAML: at the place where it was made, what it is and what to write."""

import pytest

from heldout.compiler.syntax.yaml_reader import SpecError, read_yaml


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("a:\n\tb: 1", (2, 1), "a tab stands where YAML wants spaces", "indent by spaces"),
        ("a: 1\n  b: 2\n", (2, 3), "this line is indented by 2, and the one above by 0", "alike"),
        ("a:\n  b: 1\n   c: 2\n", (3, 4), "indented by 3", "alike"),
        ("a:\n  b: {}\n   c: 2\n", (3, 4), "indented by 3, and those beside it by 2 (line 2)", "by 2"),
        ("a: b: c\n", (1, 5), "a second colon stands in one entry", "in quotes"),
        ('a: {b: "x, c: 1}\nd: 2\n', (1, 8), "a quotation mark is opened here", "close it"),
        ('a: "x\nb: 1\nc: 2\n', (1, 4), "a quotation mark is opened here", "close it"),
        ("study:s\nb: 1\n", (1, 1), "`study:` is not followed by a space", "write `study: s`"),
        ("a: {steps:3, b: 2}\n", (1, 5), "`steps:3` is one word", "write `steps: 3`"),
        ("a: [1, 2\nb: 3\n", (2, 2), "a comma or `]` is missing", "close the `[` of line 1 with `]`"),
        ("a: {b: 1\n", (2, 1), "a comma or `}` is missing", "close the `{` of line 1 with `}`"),
        ("a: @b\n", (1, 4), "a text cannot begin with `@`", "put it in quotes"),
        ("a: * 2\n", (1, 5), "a text cannot begin with `*` or `&`", "put it in quotes"),
        ('a: "\\d"\n', (1, 5), "a backslash in double quotes begins an escape", "single quotes"),
        ("a: 1\nsome words\nb: 2\n", (2, 1), "neither an entry", "write `name: value`"),
        ('a: "b" c\n', (1, 8), 'the value ends with its `"`, and more stands after it', "in quotes"),
        ("a: [b] c\n", (1, 8), "the value ends with its `]`", "in quotes"),
        ("a:\n  b: {c: 1}}\nd: 2\n", (2, 12), "`}` closes nothing", "remove it"),
        ("a:\n  b: 1\n  : 2\n", (3, 3), "an entry has no name", "write `name: value`"),
        ("a: 'tis so\nb: 1\n", (1, 4), "opened here and never closed", "twice: `'it''s'`"),
        ("$ cat a\nb: 1\n", (1, 1), "neither an entry", "write `name: value`"),
        ("a: 1\n" + "b" * 2000 + ": 1\n", (2, 1), "a name has at most 1,024 characters", "shorten it"),
        ("a: {b:, c: 1}\n", (1, 6), "a colon stands here without a value", "`name: null`"),
        ('a: "\\ud800"\n', (1, 7), "stands for no character", "the character itself"),
        ('a: "C:\\Users"\n', (1, 9), "begins an escape", "single quotes"),
        ("...\n", (1, 1), "a value is missing here", "write one"),
        ("a: 1\n...\nb: 2\n", (3, 1), "after the end of the spec", "remove the line `...`"),
        ("%YAML 9.9\n---\na: 1\n", (1, 1), "a spec is YAML 1.2", "remove the line `%YAML`"),
        ("%FOO\n---\na: 1\n", (1, 5), "a line that begins with `%`", "remove it"),
        ("a: x\u00a0y\n", (1, 4), "takes for a letter (U+00A0)", "put the text in quotes"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_a_spec(text, place, message, hint):
    with pytest.raises(SpecError) as error:
        read_yaml(text, "a.yaml")
    found = error.value.diagnostic
    assert (found.span.line, found.span.column) == place
    assert message in found.message and hint in found.hint


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x\u00a0y'",
        "a: https://x.org/y",
        "a: 12:30",
        "{10:30, 20:40}",
        '{"a:b"}',
        "a: it's",
        'a: 5" screen',
    ],
)
def test_what_only_looks_like_a_mistake_is_read(text):
    read_yaml(text, "a.yaml")
