import math
import re
from dataclasses import replace

from heldout.runtime.evidence.outcome import Observation, Outcome
from heldout.runtime.machine.report.claim_view import HEIGHT, PAD, SHOWN, WIDTH, claim_view, interval_picture
from heldout.runtime.machine.verdicts.verdicts import Verdict, Word

OUTCOME = Outcome(
    alpha=0.05,
    finding="…",
    method="…",
    effect=0.2,
    null=0.0,
    holds=True,
    interval=(0.1, 0.4),
    p_claimed=0.03125,
    p_opposite=1.0,
    smallest_p=0.03125,
)


def verdict(outcome=OUTCOME, word=Word.UNDECIDED, adjusted=0.0625):
    return Verdict("id", "Says.", "compare", word, adjusted, 1.0, 2, outcome)


def test_the_picture_is_to_scale():
    # From the null at 0 to the upper end at 0.4 over the width without its edges.
    def at(value):
        return f"{PAD + value / 0.4 * (WIDTH - 2 * PAD):.1f}"

    picture = interval_picture(replace(verdict(), interval=(0.0, math.inf)))
    ends = re.search(r'class="decided" x1="([\d.]+)" x2="([\d.]+)"', picture).groups()
    assert ends == (at(0.0), at(0.4))  # what has no end goes to the edge of the picture
    assert re.search(r'class="range" x1="([\d.]+)" x2="([\d.]+)"', picture).groups() == (at(0.1), at(0.4))
    assert f'cx="{at(0.2)}"' in picture
    assert f'class="null" x1="{at(0)}"' in picture
    assert f'height="{HEIGHT}"' in picture


def test_chance_is_said_with_what_it_is_the_chance_of():
    view = claim_view(verdict())
    assert view.chance == (
        "If the true effect were 0, results that speak at least as strongly for the claim would turn up with "
        "probability 0.031; no data could give less than 0.031. Corrected for the study's 2 claims (Holm) it "
        "is 0.062, to be compared with 0.05."
    )
    assert "more units, or fewer claims" in view.more[0]


def test_of_a_count_the_null_is_a_count_and_the_edge_lies_between_two():
    count = replace(OUTCOME, effect=4.0, null=2.5, edge="between 2 and 3", interval=(3.0, 4.0))
    view = claim_view(replace(verdict(count, Word.SUPPORTED), interval=(3.0, 4.0)))
    assert view.chance.startswith("If the true effect were 2 or less, results that")
    assert view.decided.endswith("it leaves out the claim's edge, between 2 and 3.")
    fewer = replace(count, effect=1.0, holds=False)
    assert claim_view(verdict(fewer)).chance.startswith("If the true effect were 3 or more, results that")


def test_a_test_without_units_enough_says_so():
    two = Outcome(0.05, "…", "…", effect=0.2, holds=True, interval=(-1.1, 1.5))
    (said,) = claim_view(verdict(two, adjusted=1.0)).more
    assert said.startswith("The test says nothing of so few units")


def test_an_untested_claim_has_no_chance_and_no_picture():
    view = claim_view(verdict(Outcome(0.05, "Not tested: …", "…", untested="…"), Word.UNTESTED))
    assert (view.chance, str(view.picture), view.rows) == ("", "", ())


def test_the_numbers_behind_are_shown_up_to_a_length():
    many = tuple(Observation({"seed": seed}, seed, -0.5) for seed in range(SHOWN + 7))
    view = claim_view(verdict(Outcome(0.05, "", "", effect=0.1, observations=many)))
    assert (len(view.rows), view.num_rows, view.columns) == (SHOWN, SHOWN + 7, ("seed", "value"))
    assert view.rows[3] == ("3", "−0.5")


def test_the_interval_that_decided_is_told_beside_the_claims_own():
    told = replace(verdict(), interval=(-0.02, math.inf), level_claimed=0.025, level_opposite=0.05)
    assert claim_view(told).decided == (
        "At the levels that it was decided at (0.025 for the claim and 0.05 against it, which Holm's "
        "correction leaves beside 1 other claim) the interval is −0.02 to ∞: it holds the claim's edge, 0."
    )
    same = replace(OUTCOME, direction=0)
    told = replace(verdict(same), num_claims=1, interval=(0.1, 0.4), level_claimed=0.05, level_opposite=0.05)
    assert claim_view(told).decided == (
        "At the levels that it was decided at (0.05 for the claim and 0.05 against it) the interval is "
        "0.1 to 0.4: it lies neither within nor outside the claim's margin."
    )
    assert claim_view(verdict()).decided == ""  # a kind of its own that has no such interval


def test_a_claim_of_several_tests_shows_each_and_says_how_they_make_the_whole():
    first = replace(verdict(word=Word.SUPPORTED), id="both.1")
    second = replace(verdict(replace(OUTCOME, holds=False), Word.CONTRADICTED), id="both.2", kind="threshold")
    whole = replace(
        verdict(replace(OUTCOME, effect=None, interval=None, holds=False), Word.CONTRADICTED),
        kind="all",
        p_opposite=0.012,
        parts=(first, second),
    )
    view = claim_view(whole)
    assert view.picture == "" and view.decided == ""
    assert [(one.sign, one.verdict.kind) for one in view.parts] == [("✓", "compare"), ("✕", "threshold")]
    assert view.chance == (
        "The smallest p-value against it, times 2, corrected for the study's 2 claims (Holm), of which this"
        " is one, is 0.012, to be compared with 0.05."
    )
    largest = claim_view(replace(whole, outcome=replace(whole.outcome, holds=True))).chance
    assert largest.startswith("The largest p-value of its tests, corrected")
