from array import array

from heldout.compiler.plan.owners import Owners


def test_a_task_belongs_to_the_first_that_takes_it():
    owners = Owners(4)
    assert list(owners.take("one", range(4), array("i", [0, -1, 1, 0]))) == [0, 2]
    assert list(owners.take("two", [3, 2, 1, 0], array("i", [2, 1, 3, 2]))) == [3, 2]
    assert owners.stages([(0, 1), (1,)]) == {"one"}
    assert owners.stages([(0,), (3,), ()]) == {"one", "two"}


def test_sets_of_tasks_lie_in_one_shard_or_not():
    owners = Owners(5)
    for place, tasks in {("one", "000"): [0], ("one", "001"): [1], ("two", "000"): [2, 3, 4]}.items():
        owners.give(place, tasks)
    assert owners.places([(0, 2), (3,)]) == {("one", "000"), ("two", "000")}
    asked = [(0, 2), (0, 1), (2, 3), (1, 1), ()]
    # A shard of `one` is told from those of other stages, which do not count.
    assert list(owners.shards(asked, {"one"})) == ["000", None, None, "001", None]
