import pytest
import torch

from heldout.runtime.machine.execute import stack_size
from heldout.runtime.machine.execute.stack_size import choose_size, is_out_of_memory, remember
from heldout.runtime.operator import Speed, Stacked

CALLS = [{"number": number} for number in range(100)]


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(stack_size, "_chosen", {})


def stacked(step, member_bytes=1, measured=None):
    """A stacked form whose step of n calls takes step(n) seconds, alone step(0)."""

    def measure(calls, together):
        count = len(calls) if together else 0
        if measured is not None:
            measured.append(count)
        return Speed(step(count), member_bytes)

    return Stacked(lambda calls: [], lambda call: "k", measure)


def test_takes_the_stack_whose_member_is_fastest():
    size = choose_size(stacked(lambda n: 1.0 if n == 0 else 0.5 + 0.01 * n), "k", CALLS)
    assert size.members == 100
    assert size.stacked == pytest.approx({16: 0.66 / 16, 100: 1.5 / 100})
    size = choose_size(stacked(lambda n: 1.0 if n == 0 else 0.01 * n * n), "k", CALLS)
    assert size.members == 16
    assert size.record(16) == {
        "size": 16,
        "chosen": "stacked",
        "seconds_per_step": {"1": 1.0, "16": 0.16, "100": 1.0},
    }


def test_a_stack_that_is_not_faster_is_not_taken():
    measured = []
    size = choose_size(stacked(lambda n: max(n, 1) * (1.0 if n == 0 else 1.2), measured=measured), "k", CALLS)
    assert size.members == 1 and size.record(1)["chosen"] == "sequential"
    assert measured == [0, 16]  # a larger one is not looked at


def test_measures_a_shape_once_and_again_where_there_are_many_more():
    measured = []
    form = stacked(lambda n: 1.0, measured=measured)
    choose_size(form, "k", CALLS[:8])
    assert measured == [0, 8]
    choose_size(form, "k", CALLS[:16])
    assert measured == [0, 8]
    choose_size(form, "other", CALLS[:8])
    assert measured == [0, 8] * 2
    assert choose_size(form, "k", CALLS).members == 100


def test_memory_bounds_the_stack(monkeypatch):
    monkeypatch.setattr(stack_size, "free_bytes", lambda: 2000)
    size = choose_size(stacked(lambda n: 1.0, member_bytes=100), "k", CALLS)
    assert size.members == 10  # half of 2000 bytes, 100 each


def test_memory_that_runs_out_while_measuring():
    def step(count):
        if count > 16:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return 1.0

    assert choose_size(stacked(step), "k", CALLS).members == 16


def test_what_cannot_be_stacked_says_why():
    def step(count):
        if count:
            raise ValueError("no two are alike")
        return 1.0

    size = choose_size(stacked(step), "k", CALLS)
    assert size.members == 1
    assert size.record(1)["reason"] == "ValueError: no two are alike"
    assert "no two are alike" in size.words


def test_a_later_choice_is_remembered():
    form = stacked(lambda n: 1.0)
    size = choose_size(form, "k", CALLS)
    remember(form, "k", size.never("it failed"))
    assert choose_size(form, "k", CALLS).members == 1


def test_what_counts_as_out_of_memory():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError()) and is_out_of_memory(torch.OutOfMemoryError())
    assert not is_out_of_memory(RuntimeError("shapes differ"))


def test_free_memory_is_some():
    assert 2**20 < stack_size.free_bytes() < 2**50
