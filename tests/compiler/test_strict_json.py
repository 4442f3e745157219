import json

import pytest

from heldout.compiler.strict_json import NotTaken, TooMuch, read_strictly


def test_json_is_read():
    value = {"a": [1, 2.5, None, True, "é"], "b": {}}
    assert read_strictly(json.dumps(value).encode(), 100) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1, 2", "is no JSON: EOF while parsing a list at line 1 column 5"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "has the key 'c' twice"),
        ('{"a": NaN}', "is no JSON"),
        ("[1e400]", "holds a number that is not finite"),
        ('["\\ud800"]', "is no JSON"),
        ("[" * 300 + "]" * 300, "is no JSON: recursion limit exceeded"),
        (f"[{'9' * 5000}]", "is no JSON: number out of range"),
    ],
)
def test_what_is_not_taken_says_why(text, why):
    with pytest.raises(NotTaken) as refused:
        read_strictly(text.encode(), 10_000)
    assert str(refused.value).startswith(why)


def test_too_much():
    with pytest.raises(TooMuch, match="has 101 bytes"):
        read_strictly(b" " * 101, 100)
    with pytest.raises(TooMuch, match="holds more than 4,000,000 values"):
        read_strictly(b"[" + b"1," * 4_000_000 + b"1]", 2**30)
