from heldout.runtime.evidence.all_of import all_of
from heldout.runtime.evidence.outcome import Observation, Outcome


def part(effect, claimed, opposite, holds, smallest=0.01, spread=1.0):
    return Outcome(
        0.05,
        finding=str(effect),
        method="",
        effect=effect,
        holds=holds,
        p_claimed=claimed,
        p_opposite=opposite,
        smallest_p=smallest,
        spread=spread,
        observations=(Observation({}, 0, effect),),
    )


def test_the_whole_is_as_certain_as_its_least_certain_part():
    parts = [part(2.0, 0.01, 0.9, True), part(1.0, 0.04, 0.7, True, smallest=0.02, spread=3.0)]
    whole = all_of(parts, parts[1])
    assert (whole.effect, whole.holds, whole.p_claimed) == (1.0, True, 0.04)
    assert (whole.smallest_p, whole.spread) == (0.02, 3.0)
    assert [one.value for one in whole.observations] == [2.0, 1.0]


def test_one_part_reversed_is_enough_against_it():
    parts = [part(2.0, 0.01, 0.9, True), part(-1.0, 0.9, 0.02, False)]
    whole = all_of(parts, parts[1])
    assert not whole.holds
    assert whole.p_opposite == 2 * 0.02  # Bonferroni over two parts
    assert all_of([part(-1.0, 1.0, 0.8, False)] * 2, parts[1]).p_opposite == 1.0
