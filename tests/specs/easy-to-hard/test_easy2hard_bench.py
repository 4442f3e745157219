"""What the study's design rests on: bins that are trained on know nothing of the test's answers."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/easy-to-hard/easy2hard-bench.yaml"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Difficulty of what is trained on, fitted with the answers to test items.
        (
            "    data: ${split.train}\n    by: ${tuning_difficulty.items}",
            "    data: ${split.train}\n    by: ${difficulty.items}",
        ),
        # The items that are tested on.
        (
            "    data: ${split.train}\n    by: ${tuning_difficulty.items}",
            "    data: ${split.test}\n    by: ${difficulty.items}",
        ),
        # Items before they were split.
        ("    like: specialist\n    data: ${split.train}", "    like: specialist\n    data: ${items.bench}"),
        # A population that has practised on what it is asked.
        ("    data: ${items.practice}", "    data: ${split.test}"),
    ],
)
def test_what_knows_the_test_does_not_train(before, after):
    text = SPEC.read_text()
    assert before in text
    problems = compile_spec(text.replace(before, after, 1).encode(), SPEC.name, None, load_catalog())[1]
    assert {problem.code for problem in problems} == {"held-out-leak"}
