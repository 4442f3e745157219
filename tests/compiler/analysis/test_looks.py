"""Alpha is spent over the looks of a claim, and each look has what its size spends."""

import json
import math
from statistics import NormalDist

import pytest

from heldout.compiler.analysis.looks import Look, looks_of, obrien_fleming, pocock
from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.diagnostics import draw
from heldout.compiler.lower.report_plan import report_text

CATALOG = load_catalog()
SPEC = """heldout: 1
study: looks
axes:
  method: {erm: {}, coral: {}}
  seed: {count: SEEDS}
stages:
  domains: {use: data/rotated-digits, angles: [0, 45]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: 45, seed: "${seed}"}
  model: {use: train/classifier, data: "${split.train}", objective: "${method}", seed: "${seed}"}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  helps:
    says: CORAL is the better.
    looks: {axis: seed, at: [8, 12, 20], spending: pocock}
    TEST
scales:
  larger: {axes: {seed: {count: 12}}}
  last: {axes: {seed: {count: 20}}}
  once: {axes: {seed: {count: 15}}, claims: {helps: {looks: null}}}
  none: {axes: {seed: {count: 2}}, claims: {helps: {untested: Too small.}}}
  other:
    axes: {seed: {count: 12}}
    claims: {helps: {threshold: {metric: score.accuracy, pair: [seed], above: 0}}}
"""
COMPARE = "compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [seed]}"


def compiled(scale=None, test=COMPARE, seeds=8):
    text = SPEC.replace("TEST", test).replace("SEEDS", str(seeds))
    found, problems = compile_spec(text.encode(), "looks.yaml", scale, CATALOG)
    assert found is not None, draw(problems, {"looks.yaml": text})
    return found


@pytest.mark.parametrize("spending", [obrien_fleming, pocock])
@pytest.mark.parametrize("alpha", [0.05, 0.001, 0.9])
def test_all_of_alpha_is_spent_at_the_end_and_never_less_than_before(spending, alpha):
    spent = [spending(share / 10, alpha) for share in range(1, 11)]
    assert spent == sorted(spent)
    assert spent[0] > 0
    assert spent[-1] == pytest.approx(alpha)


def test_half_way_by_hand():
    # 2 Phi(-1.9599640 / 0.7071068) = 2 Phi(-2.7718076)
    assert obrien_fleming(0.5, 0.05) == pytest.approx(2 * NormalDist().cdf(-2.7718076), rel=1e-6)
    assert pocock(0.5, 0.05) == pytest.approx(0.05 * math.log((1 + math.e) / 2))


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_what_the_looks_spend_sums_to_alpha(spending):
    looks = [Look("seed", (3, 5, 10), spending, number) for number in (1, 2, 3)]
    assert sum(look.level(0.05) for look in looks) == pytest.approx(0.05)
    assert all(look.level(0.05) > 0 for look in looks)


def test_the_size_says_at_which_look_a_study_stands():
    for scale, number, size in ((None, 1, 8), ("larger", 2, 12), ("last", 3, 20)):
        (look,) = looks_of(compiled(scale).claims)
        assert (look["claim"], look["number"], look["alpha"]) == ("helps", number, 0.05)
        assert look["words"].startswith(f"look {number} of 3 ({size} of 20 levels of seed): ")
        assert look["share"] == pytest.approx(Look("seed", (8, 12, 20), "pocock", number).level(0.05) / 0.05)


def test_a_scale_keeps_the_looks_of_a_claim_unless_it_says_otherwise():
    assert looks_of(compiled("once").claims) == []
    assert looks_of(compiled("none").claims) == []
    assert [look["number"] for look in looks_of(compiled("other").claims)] == [2]


def test_the_report_has_what_is_spent_in_the_place_of_alpha():
    (claim,) = json.loads(report_text(compiled("larger"), None))["claims"]
    assert claim["parameters"]["alpha"] == pytest.approx(claim["look"]["share"] * 0.05)
    assert {key: claim["look"][key] for key in ("axis", "at", "number", "spending", "alpha")} == {
        "axis": "seed", "at": [8, 12, 20], "number": 2, "spending": "pocock", "alpha": 0.05
    }  # fmt: skip
    (once,) = json.loads(report_text(compiled("once"), None))["claims"]
    assert once["parameters"]["alpha"] == 0.05
    assert "look" not in once


def test_each_of_several_tests_is_made_at_what_is_spent():
    several = """metric: score.accuracy
    pair: [seed]
    alpha: 0.1
    all:
      - compare: {axis: method, greater: coral, less: erm}
      - threshold: {above: 0.5, where: {method: coral}}"""
    (claim,) = json.loads(report_text(compiled("larger", several), None))["claims"]
    spent = Look("seed", (8, 12, 20), "pocock", 2).level(0.1)
    assert [part["parameters"]["alpha"] for part in claim["all"]] == pytest.approx([spent, spent])
    assert claim["look"]["share"] == pytest.approx(spent / 0.1)


def test_levels_that_a_claim_is_kept_to_are_its_size():
    kept = COMPARE.replace("pair: [seed]", f"pair: [seed], where: {{seed: {list(range(12))}}}")
    assert [look["number"] for look in looks_of(compiled("last", kept).claims)] == [2]


def test_tests_of_one_claim_stand_at_one_look():
    kept = """metric: score.accuracy
    pair: [seed]
    all:
      - threshold: {above: 0.5, where: {method: coral, seed: [0, 1, 2, 3, 4, 5, 6, 7]}}
      - compare: {axis: method, greater: coral, less: erm}"""
    assert compiled(test=kept)
    text = SPEC.replace("TEST", kept).replace("SEEDS", "12")
    found, (problem,) = compile_spec(text.encode(), "looks.yaml", None, CATALOG)
    assert found is None
    assert "are about 8 and 12 levels of `seed`, which are different looks" in problem.message
