"""Cells on the sides of a comparison, and settings in which it is to hold."""

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec
from heldout.compiler.plan.decidability import check_decidable
from heldout.compiler.plan.design import Designs
from heldout.compiler.reproduce.selection import cells_of_claim

STUDY = """
heldout: 1
study: cells
axes:
  held_out: [0, 15, 30, 45, 60, 75]
  method: {erm: {}, coral: {}}
  width: [16, 64]
  seed: {count: 6}
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30, 45, 60, 75]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model:
    use: train/classifier
    data: ${split.train}
    network: {mlp: {width: "${width}"}}
    objective: ${method}
    seed: ${seed}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
claims:
  it:
    says: It is so.
"""
SHARED = "metric: score.accuracy, pair: [held_out, seed], cluster: held_out"
CATALOG = load_catalog()


def compiled(claim, study=STUDY):
    return compile_spec(f"{study}    {claim}\n".encode(), "spec.yaml", None, CATALOG)


def mistakes(claim, study=STUDY):
    return [(one.code, one.message) for one in compiled(claim, study)[1]]


def test_cells_of_two_axes_are_compared():
    found, problems = compiled(
        f"compare: {{{SHARED}, greater: {{width: '16', method: coral}}, less: {{method: erm, width: 64}}}}"
    )
    assert found is not None, problems
    (claim,) = found.claims
    assert claim.parameters["greater"] == {"width": 16, "method": "coral"}  # as the axis writes it
    assert claim.parameters["axis"] is None
    assert len(set(cells_of_claim(found, claim))) == 4 * 36  # at the levels that it names, on either axis


def test_only_the_cells_that_are_named_must_exist():
    study = STUDY.replace("claims:", "exclude:\n  - {method: coral, width: 64}\nclaims:")
    same = "less: {method: erm, width: 64}"
    assert not mistakes(f"compare: {{{SHARED}, greater: {{method: coral, width: 16}}, {same}}}", study)
    ((code, message),) = mistakes(
        f"compare: {{{SHARED}, greater: {{method: coral, width: 64}}, {same}}}", study
    )
    assert code == "unpaired" and "36 of 36 pairs" in message


@pytest.mark.parametrize(
    ("written", "code", "part"),
    [
        ("greater: coral, less: erm", "missing-argument", "lacks `axis`"),
        ("axis: method, greater: {method: coral}, less: erm", "wrong-value", "names `axis` too"),
        ("greater: {method: coral}, less: erm", "missing-argument", "lacks `axis`"),
        ("greater: {method: coral}, less: {width: 64}", "wrong-value", "name the same axes: `method`"),
        ("greater: {method: corall}, less: {method: erm}", "unknown-level", "no level `corall`"),
        ("greater: {methods: coral}, less: {methods: erm}", "unknown-axis", "no axis is called `methods`"),
        ("greater: {}, less: {method: erm}", "wrong-value", "names no axis"),
        (
            "greater: {method: [erm]}, less: {method: coral}",
            "wrong-value",
            "has one level of `method`, not a",
        ),
        ("greater: {seed: 1}, less: {seed: 0}", "wrong-value", "its pairs share one"),
        ("greater: {method: erm}, less: {method: erm}", "wrong-value", "`{method: erm}` against itself"),
    ],
)
def test_cells_written_wrongly(written, code, part):
    found = mistakes(f"compare: {{{SHARED}, {written}}}")
    assert any(one == code and part in message for one, message in found), found


@pytest.mark.parametrize("axis", ["", "axis: null, "])
def test_levels_need_an_axis(axis):
    found = mistakes(f"compare: {{{SHARED}, {axis}greater: coral, less: erm}}")
    assert set(found) == {("missing-argument", "the claim `it` lacks `axis`")}


def test_a_cell_without_axes_is_no_model_for_the_others():
    found = mistakes(f"compare: {{{SHARED}, greater: {{}}, less: {{method: erm}}}}")
    assert found == [("wrong-value", "a cell names no axis")]


def test_within_of_an_axis_says_of_which_of_its_levels():
    ((code, message),) = mistakes(f"within: {{{SHARED}, axis: method, above: 0.1, below: 0.5}}")
    assert (code, message) == ("wrong-value", "`it` has the axis `method`, and no levels of it")
    assert not mistakes(f"within: {{{SHARED}, above: 0.1, below: 0.5}}")


def test_levels_of_one_axis_are_read_as_before():
    assert not mistakes(f"compare: {{{SHARED}, axis: method, greater: coral, less: erm}}")
    found = mistakes(f"compare: {{{SHARED}, axis: method, greater: corall, less: erm}}")
    assert [code for code, _ in found] == ["unknown-level"]


SIDES = "greater: {width: 16, method: coral}, less: {width: 64, method: erm}"
PLACES = "larger: {width: 16, held_out: 75}, smaller: {width: 64, held_out: 0}"
GAIN = "metric: score.accuracy, pair: [seed]"


@pytest.mark.parametrize(
    "written",
    [
        f"{SIDES}, by: held_out, larger: 75, smaller: 0",
        f"axis: method, greater: coral, less: erm, {PLACES}",
        "greater: {method: coral}, less: {method: erm}, larger: {width: 64}, smaller: {width: 16}",
    ],
)
def test_an_interaction_of_cells(written):
    found, problems = compiled(f"interaction: {{{GAIN}, {written}}}")
    assert found is not None, problems
    (claim,) = found.claims
    design = Designs(found.scope, found.expansions).of(claim, "score")
    assert (len(design.needed), len(design.found), design.incomplete) == (4, 6, [])


@pytest.mark.parametrize(
    ("written", "code", "part"),
    [
        (f"{SIDES}, larger: 75, smaller: 0", "missing-argument", "lacks `by`"),
        (f"{SIDES}, by: width, larger: 16, smaller: 64", "wrong-value", "compares along `width` twice"),
        (f"{SIDES}, {PLACES}", "wrong-value", "compares along `width` twice"),
        (f"{SIDES}, by: held_out, {PLACES}", "wrong-value", "names `by` too"),
        (f"{SIDES}, by: held_out, larger: 75, smaller: 75", "wrong-value", "`75` of `held_out` against"),
        (
            "axis: method, greater: coral, less: erm, larger: {width: 16}, smaller: {width: 16}",
            "wrong-value",
            "the cell `{width: 16}` against itself",
        ),
    ],
)
def test_an_interaction_of_cells_written_wrongly(written, code, part):
    found = mistakes(f"interaction: {{{GAIN}, {written}}}")
    assert any(one == code and part in message for one, message in found), found


def test_only_the_four_cells_of_an_interaction_must_exist():
    written = f"interaction: {{{GAIN}, {SIDES}, by: held_out, larger: 75, smaller: 0}}"
    study = STUDY.replace("claims:", "exclude:\n  - {method: coral, width: 64}\nclaims:")
    assert not mistakes(written, study)
    study = STUDY.replace("claims:", "exclude:\n  - {method: coral, width: 16, held_out: 0}\nclaims:")
    ((code, message),) = mistakes(written, study)
    assert code == "unpaired" and "6 of 6 pairs" in message


WINS = "metric: score.accuracy, axis: method, greater: coral, less: erm, over: held_out, pair: [seed]"


def test_so_many_of_six_settings_with_six_seeds():
    # 2^-6 times those that may fail, and one: three of six settings cost 4/64, five 2/64.
    assert not mistakes(f"wins: {{{WINS}, count: 5}}")
    ((code, message),) = mistakes(f"wins: {{{WINS}, count: 3}}")
    assert code == "undecidable" and "p is at least 0.0625" in message
    assert not mistakes(f"wins: {{{WINS}, count: 3, test: t}}")
    ((code, message),) = mistakes(f"wins: {{{WINS}, count: 7}}")
    assert code == "wrong-value" and "`count` of the claim `it` is 7, and `held_out` has 6" in message


def test_a_share_of_settings_is_as_certain_as_the_share_to_their_number():
    assert not mistakes(f"wins: {{{WINS}, share: 0.6}}")  # 0.6^6 = 0.047
    ((code, message),) = mistakes(f"wins: {{{WINS}, share: 0.7}}")
    assert code == "undecidable"
    assert "with 6 levels of `held_out`" in message and "p is at least 0.118" in message


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("", "does not say in how many"),
        (", count: 2, share: 0.5", "a `count` and a `share`"),
        (", share: 0.5, cluster: seed", "are the levels of `held_out`"),
        (", count: 0", "`count` of wins"),
        (", share: 1", "`share` of wins"),
    ],
)
def test_wins_written_wrongly(written, part):
    found = mistakes(f"wins: {{{WINS}{written}}}")
    assert any(part in message for _, message in found), found


@pytest.mark.parametrize(
    ("claim", "part"),
    [
        ("no-winner: {%s, axis: method, reference: erm, others: [coral], margin: 0}", "margin of 0"),
        ("no-winner: {%s, axis: method, reference: erm, others: [], margin: 1}", "names no level"),
        ("no-winner: {%s, axis: method, reference: erm, others: [erm], margin: 1}", "against itself"),
        ("lowest: {%s, axis: method, level: erm, than: []}", "names no level"),
        ("ratio: {%s, axis: method, greater: erm, less: coral, margin: -1}", "`margin` of ratio"),
        ("within: {%s, axis: method, level: erm, above: 0, below: 1}", "and no `reference`"),
        (
            "within: {%s, axis: method, level: erm, reference: coral, above: 1, below: 0}",
            "nothing is above 1",
        ),
    ],
)
def test_other_kinds_written_wrongly(claim, part):
    found = mistakes(claim % SHARED)
    assert any(part in message for _, message in found), found


def test_an_axis_that_is_left_out_is_none_of_the_claims():
    found, problems = compiled(f"within: {{{SHARED}, above: 0, below: 1, where: {{method: erm}}}}")
    assert found is not None, problems
    assert not list(check_decidable(found.scope, found.expansions))
