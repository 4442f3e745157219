"""Axes that have the levels of another."""

from heldout.compiler.syntax.reader import read_study
from heldout.compiler.syntax.study import Axis, Study

TEXT = """
heldout: 1
study: a
axes:
  rival: {levels_of: task, title: Left out}
  task: {reverse: {coverage: 0.3}, sort: {coverage: 0.9}}
  round: {sequence: [a, b]}
  now: {levels_of: round}
  step_of: {sequence: {a: {size: 1}, b: {size: 2}}}
  size_of: {levels_of: step_of}
  seed: {count: 3}
  other_seed: {levels_of: seed}
stages:
  source: {use: data/imported}
scales:
  small: {axes: {task: [sort]}}
  other: {axes: {task: {levels: [1, 2, 3]}}}
  own: {axes: {rival: {levels: [reverse]}}}
  added: {axes: {third: {levels_of: task}}}
"""


def read(scale: str | None = None) -> Study:
    study, problems = read_study(TEXT.encode(), "a.yaml", scale)
    assert study is not None and not problems
    return study


def axis(name: str, scale: str | None = None) -> Axis:
    found = read(scale).axis(name)
    assert found is not None
    return found


def test_a_twin_has_names_values_and_order_of_its_axis_and_a_place_and_a_title_of_its_own():
    assert [one.name for one in read().axes][:2] == ["rival", "task"]
    rival, task = axis("rival"), axis("task")
    assert (rival.levels, rival.kind, rival.title) == (task.levels, "named", "Left out")
    assert (rival.twin_of, task.twin_of, rival.drawn_as, task.drawn_as) == ("task", None, "task", "task")
    assert axis("other_seed").kind == "count"


def test_a_twin_of_a_sequence_does_not_step():
    assert (axis("now").texts(), axis("now").kind) == (("a", "b"), "list")
    assert (axis("size_of").kind, axis("size_of").levels) == ("named", axis("step_of").levels)


def test_a_scale_that_changes_an_axis_changes_its_twin():
    assert axis("rival", "small").texts() == ("sort",)
    assert axis("rival", "other").labels() == (1, 2, 3)
    assert (axis("rival", "own").texts(), axis("task", "own").texts()) == (("reverse",), ("reverse", "sort"))
    assert axis("third", "added").texts() == ("reverse", "sort")
