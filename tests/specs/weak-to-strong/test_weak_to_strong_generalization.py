"""What the study's design rests on: a student learns weak labels, and nothing of the test."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/weak-to-strong/weak-to-strong-generalization.yaml"


def leaking(before, after):
    text = SPEC.read_text()
    assert text.count(before) >= 1
    problems = compile_spec(text.replace(before, after, 1).encode(), SPEC.name, None, load_catalog())[1]
    assert {problem.code for problem in problems} <= {"held-out-leak"}
    return {problem.message.split("`")[1] for problem in problems}


@pytest.mark.parametrize(
    ("before", "after", "stages"),
    [
        ("    data: ${split.supervise}", "    data: ${split.test}", {"supervisor"}),
        ("    data: ${split.supervise}", "    data: ${digits}", {"supervisor"}),
        (
            "    like: naive\n    data: ${split.transfer}",
            "    like: naive\n    data: ${split.test}",
            {"ceiling"},
        ),
    ],
)
def test_learning_from_the_test_does_not_compile(before, after, stages):
    assert stages <= leaking(before, after)


def test_a_supervisor_may_label_the_test_for_nobody_sees_its_labels():
    assert (
        leaking(
            "    model: ${supervisor}\n    data: ${split.transfer}",
            "    model: ${supervisor}\n    data: ${split.test}",
        )
        == set()
    )


def test_labels_by_a_model_of_the_whole_data_do_not_teach():
    # The supervisor says that it is an oracle; its students do not.
    taught = leaking("    data: ${split.supervise}", "    data: ${digits}\n    oracle: true")
    assert {"naive", "confident"} <= taught and "supervisor" not in taught
