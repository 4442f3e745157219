import pytest

from heldout.compiler.analysis.meant import meant_value

SPEC = """
stages:
  source: {{use: data/imported}}
  model: {{use: train/classifier, data: {data}, steps: 5}}
"""


@pytest.mark.parametrize(
    "written",
    ["$source.train", "source.train", "'{{source.train}}'", '"${{ source.train }}"', "'{source.train}'"],
)
def test_a_reference_that_is_written_otherwise_is_recognized(compiler, written):
    hints = [one.hint for one in compiler.diagnose(SPEC.format(data=written))]
    assert hints == ["write `${source.train}`"]


def test_a_text_that_names_nothing_is_no_reference(compiler):
    (found,) = compiler.diagnose(SPEC.format(data="elsewhere.train"))
    assert found.hint == "refer to a stage: `${stage}`"


@pytest.mark.parametrize(
    ("found", "types", "hint"),
    [
        ("5%", ["number"], "write `0.05`"),
        ("5%", ["integer"], "write a number, such as `5`"),
        ("1e-3x", ["number"], "write a number, such as `1e-3`"),
        ("200 // few", ["integer"], "write `200`; a comment begins with a space and `#`"),
        ("8# rows", ["integer", "null"], "write `8`; a comment begins with a space and `#`"),
        ("seed", ["array"], "write `[seed]`"),
        ("Yes", ["boolean"], "write `true`"),
        ("off", ["boolean"], "write `false`"),
        ("many", ["integer"], ""),
        ("5%", ["number", "string"], ""),
        (5, ["string"], ""),
    ],
)
def test_what_a_value_was_meant_to_be(found, types, hint):
    assert meant_value(found, types) == hint
