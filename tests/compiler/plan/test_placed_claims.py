"""Claims that place levels by a field of theirs: what is refused, and how far their tests reach."""

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import Diagnostic
from heldout.compiler.plan.design import Designs
from heldout.compiler.plan.reach import reach_of

STUDY = """heldout: 1
study: a
axes:
  task: {a: {size: 1, half: 0.5, low: 0, kind: x}, b: {size: 2, half: 0.5, low: 1, kind: 2},
    c: {size: 3, half: 0.5, low: 2, kind: 3}, d: {size: 3, half: 0.5, low: 3, kind: 3},
    e: {size: 5, half: 0.5, low: 4, kind: 3}}
  seed: {count: 5}
  other: [p, q]
stages:
  domains: {use: data/rotated-digits}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 0, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", learning_rate: "${task.half}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  more: {use: data/training-domains, data: "${domains}", without: ["${other}"]}
claims:
  placed: {says: It is so., CLAIM}
"""
TREND = "trend: {metric: score.accuracy, axis: task, direction: increasing, pair: [seed], by: "
CATALOG = load_catalog()


def diagnose(claim: str) -> list[Diagnostic]:
    return compile_spec(STUDY.replace("CLAIM", claim).encode(), "a.yaml", None, CATALOG)[1]


@pytest.mark.parametrize(
    ("claim", "code", "message"),
    [
        (TREND + "task.size}", "", ""),
        (TREND + "task.size, scale: log}", "", ""),
        (TREND + "task.low, scale: rank}", "", ""),
        (TREND + "task.kind, where: {task: [b, c, d, e]}}", "", ""),
        (TREND + "size}", "unknown-axis", "no axis is called `size`"),
        (TREND + "score.accuracy}", "unknown-axis", "no axis is called `score`"),
        (TREND + "other.size}", "unknown-axis", "no axis is called `other`"),
        (TREND + "3}", "unknown-axis", ""),
        (TREND + "task.length}", "unknown-field", "the level `a` of `task` has no field `length`"),
        (TREND + "task.kind}", "wrong-value", "`kind` of the level `a` of `task` is no number"),
        (TREND + "task.half}", "undecidable", "of the level `a` of `task` is what it is at every other"),
        (TREND + "task.low, scale: log}", "undecidable", "numbers above zero, and `task.low` is 0 at `a`"),
        (TREND + "task.size, where: {task: [c, d]}}", "undecidable", "is what it is at every other level"),
        ("fit: {metric: score.accuracy, axis: task, curve: quadratic, above: 0, pair: [seed], by: task.size}",
         "", ""),
        ("fit: {metric: score.accuracy, axis: task, curve: quadratic, above: 0, pair: [seed], by: task.size,"
         " where: {task: [a, b, c, d]}}", "undecidable", "4 levels of different `task.size`"),
        ("correlate: {metric: score.accuracy, axis: task, above: 0, pair: [seed], by: task.size}", "", ""),
        ("correlate: {metric: score.accuracy, axis: task, above: 0, pair: [seed], by: task.size,"
         " against: score.nll}", "wrong-value", "`placed` names both"),
    ],
)  # fmt: skip
def test_what_places_levels(claim: str, code: str, message: str):
    found = diagnose(claim)
    assert [d.code for d in found] == ([code] if code else []), found
    assert all(message in d.message for d in found), found


@pytest.mark.parametrize(
    ("where", "smallest"),
    [
        ("[a, b, c, e]", 1 / 24),  # 4! orders
        ("[a, b, c, d]", 1 / 12),  # of which two at a time only exchange c and d, both of size 3
        ("[a, b, c, d, e]", 1 / 60),
    ],
)
def test_orders_that_exchange_levels_at_one_place_are_the_same(where: str, smallest: float):
    claim = (
        "correlate: {metric: score.accuracy, axis: task, above: 0, by: task.size, alpha: 0.2, where: {task: "
    )
    compiled, found = compile_spec(
        STUDY.replace("CLAIM", f"{claim}{where}}}}}").encode(), "a.yaml", None, CATALOG
    )
    assert compiled is not None, found
    (resolved,) = compiled.claims
    design = Designs(compiled.scope, compiled.expansions).of(resolved, "score")
    reach = reach_of(resolved, design)
    assert reach.p == pytest.approx(smallest)
    # One level more, at a place of its own.
    assert reach.smallest(reach.count + 1) == pytest.approx(smallest / (reach.count + 1))


def test_a_claim_that_ties_make_undecidable_is_refused():
    claim = "correlate: {metric: score.accuracy, axis: task, above: 0, by: task.size, where: {task: WHICH}}"
    assert diagnose(claim.replace("WHICH", "[a, b, c, e]")) == []
    (found,) = diagnose(claim.replace("WHICH", "[a, b, c, d]"))
    assert found.code == "undecidable" and "p is at least 0.0833" in found.message
    assert "it needs 5 levels of `task`" in found.hint
    studentized = claim.replace("above: 0", "above: 0, test: studentized").replace("WHICH", "[a, b, c, e]")
    (found,) = diagnose(studentized)
    assert found.code == "undecidable" and "p is at least 1" in found.message
    assert "it needs 8 levels of `task`" in found.hint


def test_a_lock_knows_the_numbers():
    def parameters(size: str) -> object:
        text = STUDY.replace("CLAIM", TREND + "task.size}").replace("size: 5", f"size: {size}")
        compiled, found = compile_spec(text.encode(), "a.yaml", None, CATALOG)
        assert compiled is not None, found
        return compiled.claims[0].parameters["by"]

    assert parameters("5") == {
        "axis": "task", "field": "size", "values": {"a": 1, "b": 2, "c": 3, "d": 3, "e": 5}
    }  # fmt: skip
    assert parameters("6") != parameters("5")
