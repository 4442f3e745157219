from dataclasses import replace

from heldout.runtime.machine.report.companion_view import companion_words
from heldout.runtime.machine.verdicts.companion import Companion, LeftOut

FOUND = Companion(
    cluster="held_out",
    run=("seed",),
    num_clusters=4,
    num_runs=5,
    effect=0.0213,
    interval=(-0.0041, 0.0467),
    confidence=0.95,
    freedom=3.42,
    between_clusters=0.0124,
    between_runs=0.0,
    rest=0.0202,
    log=False,
    region=(-0.01, 0.01),
    below=0.0208,
    inside=0.2034,
    above=0.7758,
)


def test_it_is_told_whole_and_as_no_part_of_the_verdict():
    assert companion_words(FOUND) == (
        "Beside the verdict, and no part of it, stands a mixed model with crossed random effects, which is "
        "about other levels of held_out and other levels of seed than these 4 and 5: mean difference 0.021 "
        "(95 % interval −0.004 to 0.047; Student's t with 3.4 degrees of freedom). "
        "Standard deviations: 0.012 between levels of held_out, 0 between levels of seed, 0.020 of the rest. "
        "Of the t distribution about it 2.1 % lies below −0.01, 20.3 % from there to 0.01, which the claim's "
        "margin makes the region of practical equivalence, and 77.6 % above."
    )


def test_without_a_margin_the_mass_is_that_of_either_sign():
    found = replace(FOUND, region=None, inside=None, below=0.0002, above=0.9998)
    ending = "Of the t distribution about it under 0.1 % lies below zero and over 99.9 % above."
    assert companion_words(found).endswith(ending)


def test_a_ratio_says_what_is_a_gain_and_what_a_logarithm():
    words = companion_words(replace(FOUND, log=True, run=("fold", "seed"), region=(1 / 1.05 - 1, 0.05)))
    assert "other combinations of levels of fold and seed than these 4 and 5" in words
    assert "gain of the geometric mean 0.021" in words
    assert "Standard deviations of logarithms: " in words
    assert "below −0.04762, " in words  # the same gain of the other side: 1 / 1.05 - 1


def test_what_is_left_out_is_said_and_what_could_not_be_is_not():
    words = companion_words(LeftOut("there is only one level of seed"))
    assert words == "No crossed mixed model stands beside it: there is only one level of seed."
    assert companion_words(None) == ""
