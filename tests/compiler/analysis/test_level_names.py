"""`${axis.level}` is what a level is called, unless levels have a field of that name."""

import json

import pytest

from heldout.compiler.compile import Compiled


def parameters(compiled: Compiled, stage: str) -> list[dict]:
    expansion = compiled.expansions[stage]
    return [json.loads(expansion.text(cell).parameters) for cell, _ in expansion.cells()]


STUDY = """
axes:
  task: AXIS
stages:
  source: {use: data/imported}
  model: {use: train/classifier, data: "${source.train}", weight_decay: "${task.level}"}
"""


@pytest.mark.parametrize(
    ("axis", "names"),
    [
        ("[0.5, 2]", [0.5, 2]),
        ("{count: 2}", [0, 1]),
        ("{sequence: 2}", [0, 1]),
        ("{0.25: {size: 1}, 3: null}", [0.25, 3]),
        ("{low: {level: 0.1}, high: {level: 0.2}}", [0.1, 0.2]),  # the field that is there
        ("{search: {rate: {choice: [1]}}, trials: 2}", [0, 1]),
    ],
)
def test_the_name_keeps_its_type(axis, names, compiler):
    text = STUDY.replace("AXIS", axis)
    if "search" in axis:
        text += '  other: {use: train/classifier, data: "${source.train}", learning_rate: "${task.rate}"}\n'
    assert [one["weight_decay"] for one in parameters(compiler(text), "model")] == names


def test_a_field_at_some_levels_only_is_missing_at_the_others(compiler):
    (found,) = compiler.diagnose(STUDY.replace("AXIS", "{low: {level: 0.1}, high: {size: 2}}"))
    assert (found.code, found.message) == (
        "unknown-field", "the level `high` of `task` has no field `level`"
    )  # fmt: skip


def test_the_name_of_an_arm_reads_nothing_of_it(compiler):
    compiled = compiler("""
axes:
  seed: {count: 3}
  start: {scratch: null, tuned: "${tuned}"}
  again: {levels_of: start}
stages:
  source: {use: data/imported}
  tuned: {use: train/classifier, data: "${source.train}", seed: "${seed}"}
  named: {use: data/filter, data: "${source.train}", keep: "${start.level}"}
  twin: {use: data/filter, data: "${source.train}", keep: "${again.level}"}
""")
    assert compiled.expansions["named"].grid.axes == ("start",)
    assert [one["keep"] for one in parameters(compiled, "named")] == ["scratch", "tuned"]
    assert compiled.expansions["named"].ids == compiled.expansions["twin"].ids
    assert compiled.expansions["named"].reads[0] == compiled.expansions["named"].reads[1]


def test_a_name_may_choose_a_component(compiler):
    compiled = compiler("""
axes:
  method: {erm: {steps: 10}, coral: {steps: 20}}
stages:
  source: {use: data/imported}
  model:
    use: train/classifier
    data: ${source.train}
    objective: ${method.level}
    steps: ${method.steps}
""")
    chosen = [(*one["objective"], one["steps"]) for one in parameters(compiled, "model")]
    assert chosen == [("erm", 10), ("coral", 20)]
