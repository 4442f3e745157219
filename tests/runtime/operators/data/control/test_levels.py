import pytest

from heldout.runtime.operators.data.control.levels import levels

MAZE = {"maze": {"side": 5, "themes": 2}}


def tiny(tmp_path, hub):
    return {"environment": MAZE, "train": 3, "select": 1, "test": 2}


def numbers(data):
    return data.rows["level"].to_pylist()


def test_no_level_is_in_two_sets():
    made = levels(environment=MAZE, train=30, select=10, test=20, seed=4)
    assert [len(part) for part in made] == [30, 10, 20]
    assert len({number for part in made for number in numbers(part)}) == 60
    assert made.train.notes == {"environment": MAZE}
    assert made.test.rows["id"][1].as_py() == "test/1"
    assert set(made.train.domain_names) == {"theme 0", "theme 1"}


def test_more_training_levels_contain_fewer_and_tests_stay():
    few = levels(environment=MAZE, train=5, select=2, test=4, seed=1)
    many = levels(environment=MAZE, train=9, select=2, test=4, seed=1)
    assert numbers(many.train)[:5] == numbers(few.train)
    assert numbers(many.test) == numbers(few.test)
    assert not set(numbers(few.test)) & set(numbers(levels(environment=MAZE, seed=2).test))


def test_an_environment_that_is_none_is_refused():
    with pytest.raises(ValueError, match="environments/swamp"):
        levels(environment="swamp")
