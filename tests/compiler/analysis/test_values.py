"""Schemas that a catalog of anyone's writing may hold."""

import time
from typing import Any

import pytest

from heldout.compiler.analysis.values import wrong_values


def told(schema: dict[str, Any], value: Any) -> list[str]:
    return [what for _, what, _ in wrong_values(schema, value, "`x`")]


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/schema.json", "file:///dev/zero", "#", "#/a/b"])
def test_a_reference_is_a_mistake_and_is_never_followed(target: str):
    assert told({"$ref": target}, 3) == [f"`x` is wrong: a schema of the catalog refers to {target!r}"]


def test_a_pattern_takes_time_linear_in_the_text():
    began = time.monotonic()
    assert told({"pattern": "^(a+)+$"}, "a" * 100_000 + "b")
    assert not told({"pattern": "^(a+)+$"}, "a" * 100_000)
    assert time.monotonic() - began < 5


def test_a_pattern_is_found_anywhere_unless_it_says_where():
    assert not told({"pattern": "b"}, "abc")
    assert told({"pattern": "^b"}, "abc") and told({"pattern": "^[0-9a-f]{4}$"}, "abcd\n")
    assert not told({"pattern": "^b"}, 3)  # which is for `type` to say


def test_of_several_types_each_says_its_bounds():
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": "a share."}
    found = list(wrong_values({"anyOf": [share, {"type": "null"}]}, 1.5, "`share`"))
    wanted = "a number above 0 and at most 1 or nothing"
    assert found == [((), f"`share` is {wanted}, not the number 1.5", f"write {wanted}")]
