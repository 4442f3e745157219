"""What the study's design rests on: scores see no test label, and every scale compiles."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

SPEC = Path(__file__).parents[3] / "specs/graph-generalization/online-gnn-evaluation.yaml"


def problems(text, scale=None):
    return compile_spec(text.encode(), "graphs.yaml", scale, load_catalog())[1]


def changed(old, new):
    text = SPEC.read_text()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("graph", ["${environment}", "${unseen}"])
def test_training_on_the_graph_that_is_tested_on_does_not_compile(graph):
    found = problems(changed("graph: ${source}", f"graph: {graph}"))
    assert {problem.code for problem in found} == {"held-out-leak"}  # of `atc` too, which reads the model's
    assert "`model` trains on" in found[0].message


def test_a_threshold_that_was_set_on_the_shifted_graph_does_not_compile():
    found = problems(changed("source: ${at_home.predictions}", "source: ${truth.predictions}"))
    assert [problem.code for problem in found] == ["held-out-leak"]
    assert "`atc` selects by the labels of held-out rows" in found[0].message


def test_scores_adapt_to_the_shifted_graph_and_nothing_else():
    operators = load_catalog().operators
    assert operators["measure/lebed"].ports["graph"].use == "adapts"
    assert operators["measure/average-confidence"].ports["predictions"].use == "adapts"
    assert operators["measure/average-thresholded-confidence"].ports["target"].use == "adapts"
    (shifted,) = operators["data/shift-graph"].outputs.values()
    assert shifted.role == "test"


@pytest.mark.parametrize("scale", [None, "smoke", "small", "paper"])
def test_every_scale_compiles(scale):
    assert problems(SPEC.read_text(), scale) == []
