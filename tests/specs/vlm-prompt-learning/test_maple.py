"""What the study's design rests on: prompts that never saw what they are tested on."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/vlm-prompt-learning/maple.yaml"


def problems(text):
    return compile_spec(text.encode(), "maple.yaml", None, load_catalog())[1]


@pytest.mark.parametrize(
    ("before", "after", "stage"),
    [
        # Prompts that learn novel classes, or the very images that they are tested on.
        ("data: ${split.train}", "data: ${split.novel}", "prompts"),
        ("data: ${split.train}", "data: ${split.base}", "prompts"),
        # A CLIP that was trained on the pictures that were split later.
        ("data: ${pictures}", "data: ${pool}", "clip"),
        # Or on other styles of the base classes, which are tested on.
        ("data: ${pictures}", "data: ${elsewhere.base}", "clip"),
    ],
)
def test_a_study_that_leaks_does_not_compile(before, after, stage):
    text = SPEC.read_text()
    assert before in text
    found = problems(text.replace(before, after, 1))
    assert "held-out-leak" in [problem.code for problem in found]
    assert any(f"`{stage}` trains on" in problem.message for problem in found)


def test_the_study_itself_compiles():
    assert problems(SPEC.read_text()) == []
