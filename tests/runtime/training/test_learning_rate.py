import pytest

from heldout.runtime.training.learning_rate import learning_rate_at


def rates(schedule, warmup=0.0, steps=4):
    return [learning_rate_at(step, steps, 1.0, schedule, warmup) for step in range(steps)]


def test_schedules_by_hand():
    assert rates("constant") == [1, 1, 1, 1]
    assert rates("linear") == [1, 0.75, 0.5, 0.25]
    # (1 + cos(pi s / 4)) / 2: cosines 1, 1 / sqrt 2, 0, -1 / sqrt 2.
    assert rates("cosine") == pytest.approx([1, (1 + 2**-0.5) / 2, 0.5, (1 - 2**-0.5) / 2])


def test_warm_up_comes_first():
    assert rates("linear", warmup=0.5) == [0.5, 1, 1, 0.5]
    assert rates("constant", warmup=1.0) == [0.25, 0.5, 0.75, 1]
