"""What the study's design rests on: training sees no longer sequence; the paper's ten tasks are ranked."""

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


TEN = {"copy", "reverse", "sort", "scan", "addition", "polynomial", "summation", "parity", "lego", "pcfg"}


def test_the_scale_of_the_paper_ranks_its_ten_tasks_without_scratchpads():
    compiled, _ = compile_spec(SPEC.read_bytes(), SPEC.name, "paper", load_catalog())
    where = {claim.name: claim.parameters["where"] for claim in compiled.claims if claim.kind == "highest"}
    assert where.keys() == {"none-ranks-best", "t5-ranks-next", "attends-like-t5"}
    assert all(set(part["task"]) == TEN for part in where.values())
    tasks = {level.label: level.value for level in compiled.study.axis("task").levels}
    apart = tasks.keys() - TEN
    assert apart == {
        f"{name}-scratchpad" for name in ("addition", "summation", "polynomial", "parity", "lego")
    }
    for name, task in tasks.items():
        assert ("scratchpad" in str(task)) == (name in apart)


def test_small_reports_no_seed_of_the_pilot_or_of_an_earlier_design():
    compiled, _ = compile_spec(SPEC.read_bytes(), SPEC.name, "small", load_catalog())
    seeds, others = (
        {level.label for level in compiled.study.axis(name).levels} for name in ("seed", "other_seed")
    )
    assert seeds == others
    assert seeds and seeds.isdisjoint({"0", "1", "2", "3", "101"})
