"""What the study's design rests on: training sees no longer sequence, and every scale compiles."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/length-generalization/positional-encoding-length.yaml"


def problems(text, scale=None):
    return compile_spec(text.encode(), "positions.yaml", scale, load_catalog())[1]


def test_training_on_longer_sequences_does_not_compile():
    text = SPEC.read_text()
    assert "data: ${sequences.train}" in text
    found = problems(text.replace("data: ${sequences.train}", "data: ${sequences.test}", 1))
    assert [problem.code for problem in found] == ["held-out-leak"]
    assert "`model` trains on" in found[0].message


def test_training_on_what_was_scored_does_not_compile():
    text = SPEC.read_text().replace("data: ${sequences.train}", "data: ${other.records}", 1)
    text = text.replace(
        "  longer:\n",
        """  untrained:
    use: train/language-model
    data: ${sequences.select}
    steps: 0
  other:
    use: evaluate/exact-match
    model: ${untrained}
    data: ${sequences.test}
  longer:
""",
        1,
    )
    assert "held-out-leak" in [problem.code for problem in problems(text)]


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_every_scale_compiles(scale):
    assert problems(SPEC.read_text(), scale) == []
