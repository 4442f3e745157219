import itertools

from heldout.compiler.plan.excluded import MOST_COMBINATIONS, Excluded


def test_nothing_is_excluded_at_first():
    excluded = Excluded()
    assert not excluded and excluded.lets((0, 1))


def test_every_combination_of_a_rule_is_excluded_and_no_other():
    excluded = Excluded()
    assert excluded.add({0: {1, 2}, 2: {0}}) and excluded.add({1: {3}, 0: {0}})
    left = {cell for cell in itertools.product(range(3), range(4), range(2)) if excluded.lets(cell)}
    everything = set(itertools.product(range(3), range(4), range(2)))
    assert everything - left == {
        cell for cell in everything if (cell[0] in (1, 2) and cell[2] == 0) or (cell[0], cell[1]) == (0, 3)
    }


def test_a_rule_of_too_many_combinations_is_left_to_others():
    excluded = Excluded()
    assert not excluded.add({0: set(range(MOST_COMBINATIONS)), 1: {0, 1}})
    assert not excluded


def test_a_rule_that_names_no_level_excludes_nothing():
    excluded = Excluded()
    assert excluded.add({0: set(), 1: {0}}) and excluded.lets((0, 0))
