import pytest

from heldout.compiler.syntax.axis_forms import meant_as_form
from heldout.compiler.syntax.tree import Mapping
from heldout.compiler.syntax.yaml_reader import read_yaml


@pytest.mark.parametrize(
    "levels",
    [
        "{first: {steps: 1}, last: {steps: 9}}",
        "{first: {steps: 1}}",  # one level that holds something
        "{first: 1, second: 2}",  # the other is no word of an axis
        "{level: {rows: 3}}",
        "{title: 1, method: 2}",
        "{erm: {}, coral: {penalty: 1.0}}",
        "{}",
    ],
)
def test_named_levels_are_no_form(levels: str):
    node = read_yaml(levels, "spec.yaml")
    assert isinstance(node, Mapping)
    assert meant_as_form(node) is None


@pytest.mark.parametrize(
    "written", ["{counts: 5}", "{sequences: [1, 2]}", "{sha256: abc}", "{first: 2, title: A}"]
)
def test_a_word_of_a_form_is_no_level(written: str):
    node = read_yaml(written, "spec.yaml")
    assert isinstance(node, Mapping)
    wrong = meant_as_form(node)
    assert wrong is not None and wrong.code == "unknown-key"
