import hashlib

from heldout.compiler.plan.tasks import NO_TASK, Tasks


def test_equal_texts_are_one_task_that_is_called_by_their_hash():
    tasks = Tasks()
    assert tasks.numbers(["one", "two", "one"]) == [0, 1, 0]
    assert tasks.numbers(["three", "two"]) == [2, 1]
    tasks.complete()
    assert tasks.names([1, 0]) == [hashlib.sha256(text).hexdigest() for text in (b"two", b"one")]
    assert tasks.names([NO_TASK]) == [""]
