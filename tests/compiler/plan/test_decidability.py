"""Which claims no result could support, and what they would need."""

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

CATALOG = load_catalog()

STUDY = """\
heldout: 1
study: a
axes:
  held_out: [0, 15, 30, 45]
  method: {erm: {}, coral: {}}
  width: [2, 4, 8, 16]
  seed: {count: 6}
stages:
  domains: {use: data/rotated-digits, angles: [0, 15, 30, 45]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model:
    use: train/classifier
    data: ${split.train}
    objective: ${method}
    network: {conv: {width: "${width}"}}
    seed: ${seed}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  baseline_model:
    use: train/classifier
    data: ${split.train}
    seed: ${seed}
  baseline: {use: evaluate/classification, model: "${baseline_model}", data: "${split.test}"}
claims:
"""
METRIC = "metric: score.accuracy"
COMPARE = f"compare: {{{METRIC}, axis: method, greater: coral, less: erm, "


def problems(*claims: str, more: str = "") -> list[tuple[str, str, str]]:
    text = STUDY + "".join(f"  claim-{i}: {{says: So it is., {claim}}}\n" for i, claim in enumerate(claims))
    compiled, found = compile_spec((text + more).encode(), "a.yaml", None, CATALOG)
    assert (compiled is None) == bool(found)
    return [(d.code, d.message, d.hint) for d in found]


SUPPORTABLE = [
    COMPARE + "pair: [seed]}",
    f"equivalent: {{{METRIC}, axis: method, level: coral, reference: erm, margin: 0.02, pair: [seed]}}",
    f"at-chance: {{{METRIC}, chance: 0.1, margin: 0.02, pair: [seed]}}",
    f"interaction: {{{METRIC}, axis: method, greater: coral, less: erm, by: width, larger: 16, smaller: 2, "
    "pair: [seed]}",
    f"correlate: {{{METRIC}, axis: held_out, below: 0}}",
    f"correlate: {{{METRIC}, against: baseline.accuracy, axis: held_out, above: 0, pair: [seed]}}",
    f"correlate: {{{METRIC}, axis: width, above: 0.5, pair: [seed], test: t}}",
    f"correlate: {{{METRIC}, against: score.nll, axis: [held_out, width], above: 0}}",
    f"correlate: {{{METRIC}, against: score.nll, axis: [held_out, width], above: 0, cluster: width}}",
    f"regress: {{{METRIC}, against: score.nll, axis: width, below: 0, pair: [seed]}}",
    f"regress: {{{METRIC}, against: baseline.accuracy, axis: held_out, above: 0, pair: [seed], line: ols}}",
    f"regress: {{{METRIC}, against: score.nll, axis: width, of: residual, level: 8, above: 0, pair: [seed]}}",
    f"regress: {{{METRIC}, against: score.nll, axis: [method, width], of: residual, above: 0, pair: [seed], "
    "level: {method: coral}}",
    f"fit: {{{METRIC}, axis: width, curve: log-linear, above: 0, pair: [seed]}}",
    f"fit: {{{METRIC}, axis: width, curve: inverted-u, pair: [seed]}}",
    f"fit: {{{METRIC}, axis: width, curve: power-law, above: 0, pair: [seed], where: {{width: [2, 4, 8]}}}}",
    f"fit: {{{METRIC}, axis: width, curve: power-law-offset, below: 0, pair: [seed]}}",
    f"fit: {{{METRIC}, axis: width, curve: linear, goodness: 0.9, pair: [seed]}}",
    f"better-fit: {{{METRIC}, axis: width, curve: power-law, than: log-linear, pair: [seed]}}",
    f"compare-fits: {{{METRIC}, axis: width, curve: power-law, across: method, greater: coral, less: erm, "
    "pair: [seed]}",
    f"equivalent-fits: {{{METRIC}, axis: width, curve: power-law, across: method, level: coral, "
    "reference: erm, margin: 0.1, pair: [seed]}",
    "steps-to: {metric: model.loss, level: 0.5, rising: false, axis: method, sooner: coral, later: erm, "
    "pair: [seed]}",
    f"peak: {{{METRIC}, along: width, above: 2, below: 16, pair: [seed]}}",
    f"peak: {{{METRIC}, along: width, axis: method, earlier: coral, later: erm, scale: log, pair: [seed], "
    "test: t}",
    f"peak: {{{METRIC}, along: width, earlier: {{method: coral, held_out: 0}}, "
    "later: {method: erm, held_out: 45}, pair: [seed]}",
    f"spread: {{{METRIC}, axis: method, wider: erm, narrower: coral, over: seed, pair: []}}",
    f"spread: {{{METRIC}, axis: method, wider: erm, narrower: coral, over: seed, pair: [held_out], "
    "where: {seed: [0, 1, 2, 3, 4]}}",
    f"reaches: {{{METRIC}, along: width, level: 0.9, axis: method, sooner: coral, later: erm, pair: [seed]}}",
    f"spread: {{{METRIC}, wider: {{method: erm, width: 2}}, narrower: {{method: coral, width: 4}}, "
    "over: seed, pair: [held_out], units: settings, scatter: standard-deviation, test: t}",
]


@pytest.mark.parametrize("claim", SUPPORTABLE)
def test_what_could_be_supported(claim):
    assert problems(claim) == []


BY_HELD_OUT = "pair: [held_out, seed], cluster: held_out}"


@pytest.mark.parametrize(
    ("claim", "message", "hint"),
    [
        (
            COMPARE + BY_HELD_OUT,
            "with 4 levels of `held_out` no result could",
            "it needs 5 levels of `held_out`",
        ),
        (
            COMPARE + "pair: [seed], where: {seed: [0, 1, 2]}}",
            "with 3 pairs no result could support the claim `claim-0`: p is at least 0.125",
            "it needs 5 pairs: add levels to pair over",
        ),
        (COMPARE + "pair: []}", "with 1 pair no result", "it needs 5 pairs"),
        (
            COMPARE + "pair: [seed], where: {seed: [0, 1]}, test: t}",
            "with 2 pairs no result could support the claim `claim-0`: p is at least 1",
            "it needs 3 pairs: add levels to pair over",
        ),
        (
            f"equivalent: {{{METRIC}, axis: method, level: coral, reference: erm, margin: 1, {BY_HELD_OUT}",
            "with 4 levels of `held_out`",
            "it needs 5 levels",
        ),
        (f"at-chance: {{{METRIC}, chance: 0.1, margin: 0.02, {BY_HELD_OUT}", "with 4 levels", "it needs 5"),
        (
            f"correlate: {{{METRIC}, axis: width, above: 0, where: {{width: [2, 4, 8]}}}}",
            "with 3 levels of `width` no result could support the claim `claim-0`: p is at least 0.167",
            "it needs 4 levels of `width`: add levels",
        ),
        (
            f"correlate: {{{METRIC}, axis: width, above: 0.5, test: fisher, coefficient: kendall}}",
            "with 4 levels of `width`",
            "it needs 5 levels",
        ),
        (
            f"correlate: {{{METRIC}, axis: width, above: 0, test: jackknife}}",
            "with 4 levels of `width`",
            "it needs 8 levels",
        ),
        (
            f"correlate: {{{METRIC}, axis: width, above: 0, test: studentized}}",
            "with 4 levels of `width` no result could support the claim `claim-0`: p is at least 1",
            "it needs 8 levels",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [method, width], above: 0, cluster: method}}",
            "with 2 levels of `method` no result could support the claim `claim-0`: p is at least 0.5",
            "it needs 4 levels of `method`: add levels",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [method, width], above: 0, where: "
            "{width: 2}}",
            "with 2 points of method and width no result could support the claim `claim-0`",
            "it needs 4 points of method and width: add levels",
        ),
        (
            f"correlate: {{{METRIC}, axis: width, above: 0, test: sign-flip, {BY_HELD_OUT}",
            "with 4 levels of `held_out`",
            "it needs 5 levels",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: quadratic, above: 0, pair: [seed], "
            "where: {width: [2, 4, 8]}}",
            "a fit with `curve: quadratic`, `scale: value` needs 4 levels, and `width` has 3 of them here",
            "give `width` 4 levels",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: power-law-offset, below: 0, pair: [seed], "
            "where: {width: [2, 4, 8]}}",
            "a fit with `curve: power-law-offset` needs 4 levels, and `width` has 3 of them here",
            "give `width` 4 levels",
        ),
        (
            f"better-fit: {{{METRIC}, axis: width, curve: log-linear, than: quadratic, pair: [seed]}}",
            "a better-fit with `scale: value`, `than: quadratic` needs 5 levels, and `width` has 4",
            "give `width` 5 levels",
        ),
        (
            f"compare-fits: {{{METRIC}, axis: width, curve: linear, across: method, greater: coral, "
            "less: erm, pair: [seed], where: {width: [2, 4]}}",
            "a compare-fits with `curve: linear`, `scale: value` needs 3 levels, and `width` has 2",
            "give `width` 3 levels",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: u, {BY_HELD_OUT}",
            "with 4 levels of `held_out`",
            "it needs 5",
        ),
    ],
)
def test_what_could_not(claim, message, hint):
    ((code, said, advice),) = problems(claim)
    assert code == "undecidable"
    assert message in said
    assert hint in advice


def test_a_kind_without_alpha_is_left_to_itself():
    threshold = CATALOG.components["claims"]["threshold"]
    parameters = {name: one for name, one in threshold.parameters.items() if one.part != "alpha"}
    bare = threshold.model_copy(update={"parameters": parameters})
    claims = CATALOG.components["claims"] | {"threshold": bare}
    catalog = CATALOG.model_copy(update={"components": CATALOG.components | {"claims": claims}})
    text = STUDY + f"  bare: {{says: So it is., threshold: {{{METRIC}, above: 0.5, pair: []}}}}\n"
    assert compile_spec(text.encode(), "a.yaml", None, catalog)[1] == []


def test_six_pairs_are_enough_for_three_claims_and_not_for_four():
    # 2^-6 = 0.0156: three times that is 0.047, four times 0.0625. A seventh seed makes 4 * 2^-7 = 0.031.
    claim = COMPARE + "pair: [seed]}"
    assert problems(claim, claim, claim) == []
    found = problems(claim, claim, claim, claim)
    assert [code for code, _, _ in found] == ["undecidable"] * 4
    assert "0.0625 when corrected for 4 claims (Holm)" in found[0][1]
    assert found[0][2] == "it needs 7 pairs, or a study of fewer claims"


def test_a_claim_that_can_be_surer_leaves_the_others_their_share():
    # The t test can get to zero: the three sign-flip claims are then corrected as three.
    claim = COMPARE + "pair: [seed]}"
    assert problems(claim, claim, claim, COMPARE + "pair: [seed], test: t}") == []


@pytest.mark.parametrize(
    ("claim", "code", "message"),
    [
        (f"threshold: {{{METRIC}, pair: [seed]}}", "wrong-value", "`claim-0` has no bound"),
        (f"threshold: {{{METRIC}, above: 0, below: 1, pair: [seed]}}", "wrong-value", "more than one bound"),
        (f"correlate: {{{METRIC}, axis: width}}", "wrong-value", "has no bound"),
        (f"correlate: {{{METRIC}, axis: width, above: 0.5}}", "wrong-value", "is against zero, not 0.5"),
        (
            f"correlate: {{{METRIC}, against: baseline.accuracy, axis: width, above: 0}}",
            "unknown-axis",
            "`baseline` does not have the axis `width`",
        ),
        (
            f"correlate: {{{METRIC}, axis: [width, method], above: 0}}",
            "wrong-value",
            "have no number of their own",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [width, method], above: 0, cluster: width, "
            "test: studentized}",
            "wrong-value",
            "takes all points to be independent",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [width, method], above: 0, cluster: seed, "
            "pair: [seed]}",
            "unknown-axis",
            "the cluster `seed` of the claim `claim-0` is not among its axes, width and method",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [width, width], above: 0}}",
            "wrong-value",
            "compares along `width` twice",
        ),
        (
            f"correlate: {{{METRIC}, against: score.nll, axis: [width, seed], above: 0, pair: [seed]}}",
            "wrong-value",
            "compares levels of `seed`",
        ),
        *(
            (f"regress: {{{METRIC}, against: score.nll, pair: [seed], {more}}}", code, said)
            for more, code, said in (
                ("axis: width, above: 0, below: 1", "wrong-value", "more than one bound"),
                ("axis: width, above: 0, of: residual", "wrong-value", "`claim-0` names none"),
                ("axis: width, above: 0, level: 8", "wrong-value", "is of all levels"),
                ("axis: width, above: 0, of: residual, level: 7", "unknown-level", "7"),
                ("axis: method, above: 0", "undecidable", "needs 3 levels, and `method` has 2"),
                (
                    "axis: width, above: 0, of: residual, level: 8, where: {width: [2, 4, 8]}",
                    "undecidable",
                    "with `of: residual` needs 4 levels, and `width` has 3",
                ),
                (
                    "axis: width, above: 0, of: residual, level: 8, where: {width: [2, 4]}",
                    "unpaired",
                    "compares `8`, which its `where` leaves out",
                ),
                (
                    "axis: [method, width], above: 0, of: residual, level: coral",
                    "wrong-value",
                    "a point of `method` and `width` is named by a cell",
                ),
                (
                    "axis: [method, width], above: 0, of: residual, level: {held_out: 15}",
                    "unknown-axis",
                    "held_out",
                ),
                (
                    "axis: [method, width], above: 0, where: {width: 2}",
                    "undecidable",
                    "needs 3 points, and `method` and `width` have 2 here",
                ),
                ("axis: [method, seed], above: 0", "wrong-value", "compares levels of `seed`"),
            )
        ),
        (
            f"regress: {{{METRIC}, against: baseline.accuracy, axis: width, above: 0, pair: [seed]}}",
            "unknown-axis",
            "`baseline` does not have the axis `width`",
        ),
        (f"fit: {{{METRIC}, axis: width, curve: quadratic, pair: [seed]}}", "wrong-value", "claims nothing"),
        (
            f"fit: {{{METRIC}, axis: width, curve: linear, above: 0, goodness: 0.9, pair: [seed]}}",
            "wrong-value",
            "`goodness` claims how well a curve fits",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: u, goodness: 0.9, pair: [seed]}}",
            "wrong-value",
            "claims where a curve turns",
        ),
        (
            f"better-fit: {{{METRIC}, axis: width, curve: linear, than: linear, pair: [seed]}}",
            "wrong-value",
            "holds `linear` against itself",
        ),
        (
            f"compare-fits: {{{METRIC}, axis: width, curve: linear, across: method, greater: erm, "
            "less: erm, pair: [seed]}",
            "wrong-value",
            "holds the level `erm` of `method` against itself",
        ),
        (
            f"compare-fits: {{{METRIC}, axis: width, curve: linear, across: width, greater: 2, less: 4, "
            "pair: [seed]}",
            "wrong-value",
            "compares along `width` twice",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: quadratic, above: 0, between: [2, 4], pair: [seed]}}",
            "wrong-value",
            "no turning point",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: u, above: 0, pair: [seed]}}",
            "wrong-value",
            "has no `above`",
        ),
        (
            f"fit: {{{METRIC}, axis: width, curve: power-law, above: 1, below: 0, pair: [seed]}}",
            "wrong-value",
            "nothing is above 1 and below 0",
        ),
        (f"at-chance: {{{METRIC}, chance: 0.1, margin: 0, pair: [seed]}}", "wrong-value", "a margin of 0"),
        (COMPARE + "pair: [seed], cluster: held_out}", "unknown-axis", "is not among its `pair`"),
    ],
)
def test_claims_that_claim_nothing(claim, code, message):
    ((found, said, _),) = problems(claim)
    assert found == code
    assert message in said


def test_a_trend_over_part_of_its_axis_needs_that_part():
    claim = f"trend: {{{METRIC}, axis: width, direction: increasing, pair: [seed], where: {{width: [2, 4]}}}}"
    assert problems(claim) == []


def test_cells_that_an_interaction_lacks():
    claim = (
        f"interaction: {{{METRIC}, axis: method, greater: coral, less: erm, by: width, larger: 16, "
        "smaller: 2, pair: [seed]}"
    )
    assert problems(claim, more="exclude: [{method: coral, width: 4}]\n") == []
    ((code, said, _),) = problems(claim, more="exclude: [{method: coral, width: 16, seed: 3}]\n")
    assert code == "unpaired"
    assert "1 of 6 pairs of the claim `claim-0` lack a cell, the first at seed 3" in said


@pytest.mark.parametrize(
    ("claim", "code", "message", "hint"),
    [
        (
            f"compare: {{{METRIC}, axis: method, greater: erm, less: erm, pair: [seed]}}",
            "wrong-value",
            "holds the level `erm` of `method` against itself",
            "name levels that differ",
        ),
        (
            f"order: {{{METRIC}, axis: method, levels: [erm, coral, erm], pair: [seed]}}",
            "wrong-value",
            "holds the level `erm` of `method` against itself",
            "name levels that differ",
        ),
        (
            f"interaction: {{{METRIC}, axis: method, greater: coral, less: erm, by: width, larger: 2, "
            'smaller: "2", pair: [seed]}',
            "wrong-value",
            "holds the level `2` of `width` against itself",
            "name levels that differ",
        ),
        (
            f"interaction: {{{METRIC}, axis: method, greater: coral, less: erm, by: method, larger: erm, "
            "smaller: coral, pair: [seed]}",
            "wrong-value",
            "compares along `method` twice",
            "name two axes",
        ),
        (COMPARE + "pair: [method, seed]}", "wrong-value", "and its pairs share one", "remove `method` from"),
        (COMPARE + "pair: [seed], where: {method: erm}}", "unpaired", "compares `coral`", "from `where`"),
        (
            f"order: {{{METRIC}, axis: width, levels: [2], pair: [seed]}}",
            "wrong-value",
            "two levels or more",
            "name them",
        ),
        (
            f"highest: {{{METRIC}, axis: method, level: erm, than: [], pair: [seed]}}",
            "wrong-value",
            "`than` names no level",
            "name the others",
        ),
    ],
)
def test_a_claim_is_not_held_against_itself(claim, code, message, hint):
    ((found, said, advice),) = problems(claim)
    assert found == code
    assert message in said and hint in advice


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (
            "fit: {metric: score.accuracy, axis: held_out, curve: power-law, below: 0, pair: [seed]}",
            "a fit with `curve: power-law` needs levels that are numbers above zero, and `held_out` has `0`",
        ),
        (
            "trend: {metric: score.accuracy, axis: method, direction: increasing, pair: [seed]}",
            "a trend with `scale: value` needs levels that are numbers, and `method` has `erm`",
        ),
        (
            "trend: {metric: score.accuracy, axis: held_out, direction: increasing, scale: log, "
            "pair: [seed]}",
            "a trend with `scale: log` needs levels that are numbers above zero, and `held_out` has `0`",
        ),
        (
            "trend: {metric: score.accuracy, axis: width, direction: increasing, pair: [seed], "
            "where: {width: 2}}",
            "a trend with `scale: value` needs 2 levels, and `width` has 1 of them here",
        ),
        (
            "correlate: {metric: score.accuracy, axis: method, coefficient: pearson, above: 0, test: t, "
            "pair: [seed]}",
            "a correlate with `coefficient: pearson` needs levels that are numbers, and `method` has `erm`",
        ),
    ],
)
def test_a_curve_needs_places_for_its_levels(claim, message):
    ((code, said, _),) = problems(claim)
    assert (code, said) == ("undecidable", message)


@pytest.mark.parametrize(
    "claim",
    [
        "trend: {metric: score.accuracy, axis: method, direction: increasing, scale: rank, pair: [seed]}",
        "fit: {metric: score.accuracy, axis: held_out, curve: log-linear, above: 0, pair: [seed, width], "
        "where: {held_out: [15, 30, 45]}}",
        "correlate: {metric: score.accuracy, axis: method, above: 0, test: t, pair: [seed]}",
        COMPARE + "pair: [seed], where: {method: [erm, coral]}}",
    ],
)
def test_what_has_them_is_decidable(claim):
    assert problems(claim) == []


ALONG = [
    "fit: {metric: model.loss, axis: step, curve: log-linear, below: 0, pair: [seed]}",
    "trend: {metric: parts.accuracy, axis: group, direction: increasing, pair: [seed], "
    "where: {group: [a, b]}}",
    # How many groups there are is not known, so that they may be enough.
    "threshold: {metric: parts.accuracy, above: 0.1, pair: [group], where: {seed: 0}}",
    "threshold: {metric: parts.accuracy, above: 0.1, pair: [group, seed], cluster: group}",
    "correlate: {metric: parts.accuracy, axis: group, below: 0}",
    "correlate: {metric: parts.accuracy, against: parts.nll, axis: group, below: 0}",
    "correlate: {metric: parts.accuracy, axis: width, above: 0.5, pair: [seed], test: t, "
    "where: {group: '15'}}",
    "highest: {metric: parts.accuracy, axis: group, level: 0, than: [15, '30'], pair: [seed]}",
    "steps-to: {metric: model.loss, level: 0.5, rising: false, axis: method, sooner: coral, later: erm, "
    "pair: [seed], where: {group: a}}",
    "peak: {metric: model.loss, along: step, turn: minimum, below: 100, pair: [seed]}",
    "peak: {metric: parts.accuracy, along: group, axis: method, earlier: coral, later: erm, pair: [seed]}",
]


@pytest.mark.parametrize("claim", ALONG)
def test_steps_and_groups_are_axes(claim):
    assert with_parts(claim) == []


@pytest.mark.parametrize(
    ("claim", "code", "message"),
    [
        (
            "threshold: {metric: parts.accuracy, above: 0.1, pair: [group, seed], cluster: seed, "
            "where: {seed: [0, 1]}}",
            "undecidable",
            "with 2 levels of `seed` no result could support",
        ),
        (
            "fit: {metric: model.loss, axis: step, curve: log-linear, below: 0, pair: [seed], "
            "where: {seed: 0}}",
            "undecidable",
            "with 1 pair no result could support",
        ),
        (
            "trend: {metric: parts.accuracy, axis: group, direction: increasing, pair: [group, seed]}",
            "wrong-value",
            "compares levels of `group`, and its pairs share one",
        ),
        (
            "compare: {metric: parts.accuracy, axis: group, greater: 15, less: '15', pair: [seed]}",
            "wrong-value",
            "holds the level `15` of `group` against itself",
        ),
        (
            "compare: {metric: parts.accuracy, axis: group, greater: 15, less: 0, pair: [seed], "
            "where: {group: [0, 30]}}",
            "unpaired",
            "compares `15`, which its `where` leaves out",
        ),
        (
            "correlate: {metric: parts.accuracy, against: half.value, axis: group, below: 0}",
            "unknown-axis",
            "`half` does not have the axis `group`",
        ),
    ],
)
def test_what_claims_of_steps_and_groups_lack(claim, code, message):
    ((found, said, _),) = with_parts(claim)
    assert found == code and message in said


def with_parts(claim: str) -> list[tuple[str, str, str]]:
    """The problems of a claim on a study that scores parts of the data too."""
    parts = '  parts: {use: evaluate/per-domain, predictions: "${score.predictions}"}\n'
    parts += '  half: {compute: "${score.accuracy / 2}"}\n'
    text = STUDY.replace("claims:\n", f"{parts}claims:\n") + f"  c: {{says: So it is., {claim}}}\n"
    compiled, found = compile_spec(text.encode(), "a.yaml", None, CATALOG)
    assert (compiled is None) == bool(found)
    return [(d.code, d.message, d.hint) for d in found]


PEAK = f"peak: {{{METRIC}, pair: [seed], along: width, "


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("earlier: erm, axis: method", "wrong-value", "has `earlier` and no `later`"),
        ("later: erm, axis: method", "wrong-value", "has `later` and no `earlier`"),
        ("earlier: erm, later: coral, axis: method, above: 2", "wrong-value", "and has `above` too"),
        ("earlier: erm, later: coral", "missing-argument", "lacks `axis`"),
        ("earlier: erm, later: erm, axis: method", "wrong-value", "against itself"),
        ("axis: method", "wrong-value", "has the axis `method`, and no levels of it"),
        ("margin: 2", "wrong-value", "has a `margin`, and no two levels"),
        ("above: 4, below: 2", "wrong-value", "nothing is above 4 and below 2"),
        ("test: t", "wrong-value", "a curve peaks in a place or does not"),
        ("turn: top", "wrong-value", "`turn` of peak"),
        ("above: 2, where: {width: [2, 4]}", "undecidable", "needs 3 levels, and `width` has 2 of them"),
        ("where: {seed: [0, 1, 2]}", "undecidable", "with 3 pairs no result could support"),
    ],
)
def test_peaks_written_wrongly(written, code, message):
    found = problems(PEAK + written + "}")
    assert any(one == code and message in said for one, said, _ in found), found


def test_a_peak_along_names_needs_a_number_of_theirs():
    ((code, said, _),) = problems(f"peak: {{{METRIC}, along: method, pair: [seed], scale: rank}}")
    assert code == "undecidable" and "needs 3 levels, and `method` has 2" in said


SPREAD = f"spread: {{{METRIC}, axis: method, wider: erm, narrower: coral, over: seed, "


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("pair: [], where: {seed: [0, 1, 2, 3]}", "undecidable", "with 4 levels of `seed` no result could"),
        (
            "pair: [], where: {seed: [0, 1, 2, 3, 4]}",
            "undecidable",
            "p is at least 0.0625",
        ),  # one is the median
        ("pair: [held_out], units: settings", "undecidable", "with 4 pairs no result could"),
        (
            "pair: [held_out], units: settings, test: t, where: {seed: [0, 1]}",
            "undecidable",
            "needs 3 levels",
        ),
        ("pair: [seed]", "wrong-value", "compares levels of `seed`, and its pairs share one"),
        (
            "pair: [], scatter: standard-deviation",
            "wrong-value",
            "single runs have deviations and no standard-",
        ),
        (
            "pair: [held_out], cluster: held_out",
            "wrong-value",
            "are the levels of `seed`, and not of `held_out`",
        ),
        ("pair: [], statistic: median", "wrong-value", "are averaged, and `statistic` is median"),
        ("pair: [], margin: -1", "wrong-value", "`margin` of spread"),
        ("pair: [], units: domains", "wrong-value", "`units` of spread"),
    ],
)
def test_spreads_written_wrongly(written, code, message):
    found = problems(SPREAD + written + "}")
    assert any(one == code and message in said for one, said, _ in found), found


REACHES = f"reaches: {{{METRIC}, pair: [seed], "


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("along: held_out, level: 0.9, axis: method, sooner: coral, later: erm", "undecidable", "has `0`"),
        (
            "along: method, level: 0.9, axis: width, sooner: 2, later: 4",
            "undecidable",
            "above zero, and `method` has",
        ),
        ("along: width, axis: method, sooner: coral, later: erm", "missing-argument", "lacks `level`"),
        ("along: width, level: 0.9, axis: method, sooner: coral", "missing-argument", "lacks `later`"),
        ("along: width, level: 0.9, axis: width, sooner: 2, later: 4", "wrong-value", "along `width` twice"),
        (
            "along: width, level: 0.9, axis: method, sooner: coral, later: erm, margin: -1",
            "wrong-value",
            "earlier than another by a share of -1",
        ),
    ],
)
def test_what_is_reached_written_wrongly(written, code, message):
    found = problems(REACHES + written + "}")
    assert any(one == code and message in said for one, said, _ in found), found


def test_an_alpha_at_which_a_claim_and_its_opposite_could_both_hold():
    one_pair = COMPARE + "pair: [], alpha: "
    assert problems(one_pair + "0.5}") == []  # one pair decides
    ((code, said, hint),) = problems(one_pair + "0.51}")
    assert code == "wrong-value" and "`alpha` of the claim `claim-0` is 0.51: it and its opposite" in said
    assert hint.endswith("such as 0.05")


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ("", ["takes every point of `method` and `width` for independent evidence"]),
        (", cluster: width", []),
        (", cluster: null", []),
        (", where: {method: erm}", []),
    ],
)
def test_points_that_share_a_level_are_not_independent(more, warned):
    claim = f"correlate: {{{METRIC}, against: score.nll, axis: [method, width], above: 0{more}}}"
    text = STUDY + f"  together: {{says: So it is., {claim}}}\n"
    compiled, found = compile_spec(text.encode(), "a.yaml", None, CATALOG)
    assert compiled is not None, found
    said = [one.message for one in compiled.warnings if one.code == "unclustered"]
    assert [words in one for one, words in zip(said, warned, strict=True)] == [True] * len(warned)
