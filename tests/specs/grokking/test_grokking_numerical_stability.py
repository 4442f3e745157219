"""What the study's design rests on: training sees no held-out pair, and every scale compiles."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/grokking/grokking-numerical-stability.yaml"


def problems(text, scale=None):
    return compile_spec(text.encode(), "grokking.yaml", scale, load_catalog())[1]


@pytest.mark.parametrize("data", ["${split.test}", "${pairs}"])
def test_training_on_held_out_pairs_does_not_compile(data):
    text = SPEC.read_text()
    assert "data: ${split.train}" in text
    found = problems(text.replace("data: ${split.train}", f"data: {data}", 1))
    assert [problem.code for problem in found] == ["held-out-leak"]
    assert "`model` trains on" in found[0].message


def test_choosing_a_seed_by_its_held_out_pairs_does_not_compile():
    text = SPEC.read_text().replace(
        "claims:\n",
        """  again:
    use: select/best
    candidates: ${score}
    criterion: ${score.accuracy}
    over: [seed]

claims:
""",
        1,
    )
    assert [problem.code for problem in problems(text)] == ["held-out-leak"]


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_every_scale_compiles(scale):
    assert problems(SPEC.read_text(), scale) == []
