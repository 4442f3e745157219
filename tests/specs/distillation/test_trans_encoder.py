"""What the study's design rests on: no label is seen before the test, and every scale compiles."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/distillation/trans-encoder.yaml"


def problems(text, scale=None):
    return compile_spec(text.encode(), "trans-encoder.yaml", scale, load_catalog())[1]


def test_choosing_the_cycle_by_the_tests_labels_does_not_compile():
    text = SPEC.read_text().replace(
        "\nclaims:\n",
        """
  chosen:
    use: select/best
    candidates: ${form}
    criterion: ${cycle_quality.spearman}
    over: [cycle]

claims:
""",
        1,
    )
    found = problems(text)
    assert [problem.code for problem in found] == ["held-out-leak"]
    assert "`chosen` selects by" in found[0].message


def test_distilling_on_the_tests_sentences_without_their_labels_compiles():
    text = SPEC.read_text()
    assert "data: ${pairs.train}" in text
    assert problems(text.replace("data: ${pairs.train}", "data: ${pairs.test}")) == []


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_every_scale_compiles(scale):
    assert problems(SPEC.read_text(), scale) == []


def test_claims_are_tested_at_the_papers_scale_alone():
    # A cross-encoder that stays below its teacher says nothing of what a better one hands back.
    small, paper = (
        compile_spec(SPEC.read_bytes(), "trans-encoder.yaml", scale, load_catalog())[0]
        for scale in ("small", "paper")
    )
    assert small is not None
    assert paper is not None
    assert small.claims == ()
    assert [claim.name for claim in small.study.untested] == [claim.name for claim in paper.claims]
    assert len(paper.claims) == 3
