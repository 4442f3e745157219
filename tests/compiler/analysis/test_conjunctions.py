"""Claims of several tests: what is written once for all of them."""

import json

from heldout.compiler.ledger.basis import basis_of
from heldout.compiler.lock import claim_digest
from heldout.compiler.lower.report_plan import report_text
from heldout.compiler.plan.decidability import check_decidable

STUDY = """
axes:
  held_out: [0, 15, 30, 45, 60]
  method: {erm: {}, coral: {}}
stages:
  digits: {use: data/digits}
  split: {use: data/leave-one-domain-out, data: "${digits}", domain: "${held_out}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
"""
JOINED = """
claims:
  both:
    says: Better, and above a half.
    metric: score.accuracy
    pair: [held_out]
    axis: method
    alpha: 0.04
    all:
      - compare: {greater: coral, less: erm}
      - threshold: {above: 0.5, pair: [held_out, method]}
"""
METRIC = {"stage": "score", "port": "table", "metric": "accuracy"}


def test_each_test_has_what_its_kind_takes_and_its_own_first(compiler):
    (claim,) = compiler(STUDY + JOINED).claims
    compare, threshold = claim.tests
    assert (claim.kind, compare.kind, threshold.kind) == ("all", "compare", "threshold")
    assert (compare.parameters["axis"], compare.parameters["pair"]) == ("method", ["held_out"])
    assert threshold.parameters["pair"] == ["held_out", "method"] and "axis" not in threshold.parameters
    assert compare.parameters["alpha"] == threshold.parameters["alpha"] == 0.04
    assert compare.parameters["metric"] == threshold.parameters["metric"] == METRIC


def test_the_report_is_told_of_each(compiler):
    (told,) = json.loads(report_text(compiler(STUDY + JOINED), None))["claims"]
    assert (told["id"], told["kind"], told["parameters"]) == ("both", "all", {})
    assert [one["kind"] for one in told["all"]] == ["compare", "threshold"]
    assert told["all"][0]["parameters"]["greater"] == "coral"


def test_it_is_of_every_kind_that_it_uses(compiler):
    assert set(compiler(STUDY + JOINED).uses.claims) == {"claims/compare", "claims/threshold"}


def test_what_one_of_them_says_is_part_of_what_is_locked_and_recorded(compiler):
    one, other = (compiler(STUDY + text) for text in (JOINED, JOINED.replace("above: 0.5", "above: 0.6")))
    assert claim_digest(one.claims[0]) != claim_digest(other.claims[0])
    then, now = (basis_of(each.scope, each.expansions) for each in (one, other))
    assert then.claims["both"] != now.claims["both"] and then.tasks == now.tasks


def test_it_counts_once_among_a_studys_claims(compiler):
    # Five pairs reach 1/32: two claims of them cannot both be supported, and two tests of one claim can.
    assert not list(check_decidable(*_of(compiler(STUDY + JOINED.replace("0.04", "0.05")))))
    second = "  again: {says: It is so., threshold: {metric: score.accuracy, above: 0.5, pair: [held_out]}}\n"
    found = compiler.diagnose(STUDY + JOINED.replace("0.04", "0.05") + second)
    assert {one.code for one in found} == {"undecidable"} and len(found) == 2


def _of(compiled):
    return compiled.scope, compiled.expansions


def test_a_scale_replaces_all_of_it(compiler):
    text = STUDY + JOINED
    text += "scales:\n  smoke:\n    claims:\n      both: {untested: Too small to tell.}\n"
    assert compiler(text, "smoke").study.untested[0].reason == "Too small to tell."
    assert compiler(text, "smoke").claims == ()
