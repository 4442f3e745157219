"""Narrowed gathers: what is gathered where, held against a loop over all levels; the firewall among them."""

import itertools

import pytest

from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.expression import Literal, Reference
from heldout.compiler.syntax.study import Axis, Level, Narrowing, NarrowingWord, Over
from heldout.compiler.syntax.tree import Scalar

HERE = Span("spec.yaml", 1, 1)


def axis(name: str, *labels: object) -> Axis:
    return Axis(name, "list", tuple(Level(x, Literal(x, HERE), HERE) for x in labels), None, None, HERE)


AXES = {
    "task": axis("task", "a", "b", "c", "d"),
    "rival": axis("rival", "a", "b", "c", "d"),
    "other": axis("other", "none", "d", "a"),
    "k": axis("k", 3, 1),
}


def narrowed(word: NarrowingWord, *levels: object) -> Narrowed:
    """Levels as they are written; `$rival` refers to an axis."""
    read = [
        Reference(text[1:], None, HERE) if (text := str(level)).startswith("$") else Scalar(level, HERE)
        for level in levels
    ]
    return Narrowed(AXES, Over("task", HERE, Narrowing(word, tuple(read), HERE)))


@pytest.mark.parametrize(
    ("word", "levels", "kept"),
    [
        ("not", ["$rival"], lambda task, rival: task != rival),
        ("not", ["$rival", "b"], lambda task, rival: task not in (rival, "b")),
        ("not", ["$rival", "$other"], lambda task, rival, other: task not in (rival, other)),
        ("levels", ["$rival", "b"], lambda task, rival: task in (rival, "b")),
        ("levels", ["$other"], lambda task, other: task == other),
        ("levels", ["d", "a"], lambda task: task in "ad"),
        ("until", ["$rival"], lambda task, rival: task <= rival),
        ("before", ["$rival"], lambda task, rival: task < rival),
        ("before", ["c"], lambda task: task < "c"),
        ("first", ["$k"], lambda task, k: "abcd".index(task) < k),
        ("first", [2], lambda task: task in "ab"),
    ],
)
def test_what_is_gathered_and_where_nothing_is(word, levels, kept):
    one = narrowed(word, *levels)
    places = list(itertools.product(*(range(len(AXES[name].levels)) for name in one.others)))
    empty = set()
    for at in places:
        labels = [AXES[name].levels[n].label for name, n in zip(one.others, at, strict=True)]
        found = [task for n, task in enumerate("abcd") if one.lets(n, at)]
        assert found == [task for task in "abcd" if kept(task, *labels)]
        empty |= {at} if not found else set()
    left = [range(len(AXES[name].levels)) for name in one.others]
    nothing = one.nothing(left)
    assert (nothing in empty) if empty else nothing is None
    # What is known to be at some levels arrives nowhere else than the firewall takes it to.
    for size in (1, 2):
        for known in itertools.combinations("abcd", size):
            conditions = one.where_any(set(known))
            for at in places:
                labels = [AXES[name].levels[n].label for name, n in zip(one.others, at, strict=True)]
                arrives = any(kept(task, *labels) for task in known)
                here = set(zip(one.others, map(str, labels), strict=True))
                told = conditions is None or any(
                    all(any(pair in here for pair in place if pair[0] == name) for name, _ in place)
                    for place in conditions
                )
                assert told or not arrives
                assert told == arrives or len(one.others) > 1


def test_levels_that_a_stage_leaves_out_gather_no_nothing():
    assert narrowed("before", "$rival").nothing([[0, 1]]) == (0,)
    assert narrowed("before", "$rival").nothing([[1, 2]]) is None
    assert narrowed("not", "a", "b", "c", "$other").nothing([[0, 2]]) is None
    assert narrowed("not", "a", "b", "c", "$other").nothing([[0, 1, 2]]) == (1,)
    assert narrowed("levels", "$other").nothing([[1, 0]]) == (0,)


ARMS = """
axes:
  arm: {inner: "${split.train}", outer: "${split.test}"}
  rival: {levels_of: arm}
stages:
  split: {use: data/imported}
  part: {use: data/filter, data: "${arm}"}
  all_of: {use: data/union, parts: "${part}", over: OVER}
  model: {use: train/classifier, data: "${all_of}"MORE}
"""


@pytest.mark.parametrize(
    ("over", "more", "leaks"),
    [
        ("[arm]", "", "held-out-leak"),
        ("{arm: [inner]}", "", ""),
        ("{arm: [outer]}", "", "held-out-leak"),
        ("{arm: {first: 1}}", "", ""),
        ('{arm: {not: "${rival}"}}', "", "held-out-leak"),
        ('{arm: {not: "${rival}"}}', ", when: {rival: outer}", ""),
        ('{arm: {not: "${rival}"}}', ", oracle: {rival: inner}", ""),
        ('{arm: {not: "${rival}"}}', ", oracle: {rival: outer}", "held-out-leak"),
        ('{arm: {until: "${rival}"}}', ", oracle: {rival: outer}", ""),
        ('{arm: {until: "${rival}"}}', ", when: {rival: inner}, oracle: true", "needless-oracle"),
        ('{arm: ["${rival}"]}', ", oracle: {rival: outer}", ""),
        ('{arm: ["${rival}", inner]}', ", when: {rival: inner}", ""),
    ],
)
def test_labels_are_followed_through_what_is_gathered(over: str, more: str, leaks: str, compiler):
    text = ARMS.replace("OVER", over).replace("MORE", more)
    if "rival}" not in over:
        text = text.replace("  rival: {levels_of: arm}\n", "")
    assert {d.code for d in compiler.diagnose(text)} == ({leaks} if leaks else set())
