from heldout.runtime.evidence.looks import at_look, look_words
from heldout.runtime.evidence.outcome import Outcome

LOOK = {"axis": "seed", "at": [3, 5, 10], "number": 2, "spending": "pocock", "alpha": 0.05, "share": 0.25}
OUTCOME = Outcome(
    0.0125,
    finding="…",
    method="A test.",
    p_claimed=0.01,
    p_opposite=0.6,
    smallest_p=0.002,
    ends=lambda for_claim, against: (-for_claim, against),
)


def test_p_values_are_divided_by_the_share_and_alpha_is_that_of_all_looks():
    found = at_look(OUTCOME, LOOK)
    assert (found.alpha, found.p_claimed, found.p_opposite, found.smallest_p) == (0.05, 0.04, 1.0, 0.008)


def test_an_interval_at_the_level_of_a_divided_p_value_is_that_at_the_level_of_the_test():
    ends = at_look(OUTCOME, LOOK).ends
    assert ends is not None
    assert ends(0.04, 0.08) == (-0.01, 0.02)


def test_the_method_says_where_the_claim_stands():
    assert look_words(LOOK) == (
        "Look 2 of 3, at 5 of 10 levels of seed: 0.0125 of alpha 0.05 is spent here (pocock), "
        "and p-values are divided by that share."
    )
    assert at_look(OUTCOME, LOOK).method == f"A test. {look_words(LOOK)}"


def test_a_claim_that_is_read_once_is_as_it_was():
    assert at_look(OUTCOME, None) is OUTCOME
