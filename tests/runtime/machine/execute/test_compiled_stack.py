"""Whether a compiled step is taken: by what was measured, and by the steps ahead."""

import pytest
import torch

from heldout.runtime.machine.execute import stack_size
from heldout.runtime.machine.execute.compiled_stack import REASON_LENGTH, gpu_backend, try_compiling
from heldout.runtime.machine.execute.stack_size import choose_size
from heldout.runtime.operator import Speed, Stacked

CALLS = [{"number": number} for number in range(100)]
EAGER = Speed(0.1, 1, steps=1000)  # of 50 members: two stacks of 1,000 steps, 200 s


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(stack_size, "_chosen", {})


def compiles(seconds, once=0.0, asked=None):
    """A stacked form whose compiled step takes these seconds, or raises this."""

    def measure(calls, together, backend):
        if asked is not None:
            asked.append((len(calls), together, backend))
        if isinstance(seconds, Exception):
            raise seconds
        return Speed(seconds, 1, 1000, once)

    return Stacked(lambda calls, backend=None: [], lambda call: "k", measure, compiles=True)


def test_is_taken_where_the_steps_ahead_pay_for_compiling():
    asked = []
    found = try_compiling(compiles(0.06, once=79.0, asked=asked), CALLS, 50, EAGER, "inductor")
    assert asked == [(50, True, "inductor")]
    # 2,000 steps ahead, and 0.04 s less in each: 80 s.
    assert found.taken
    assert found.record == {
        "backend": "inductor",
        "taken": True,
        "seconds_per_step": 0.0012,
        "compiling_seconds": 79.0,
    }
    assert found.words == "compiled: 1.2 ms after 79 s of compiling"
    assert not try_compiling(compiles(0.06, once=81.0), CALLS, 50, EAGER, "inductor").taken


def test_is_not_taken_where_it_is_hardly_faster():
    assert try_compiling(compiles(0.09), CALLS, 50, EAGER, "inductor").taken
    assert not try_compiling(compiles(0.092), CALLS, 50, EAGER, "inductor").taken


@pytest.mark.parametrize(
    ("eager", "backend"),
    [
        (EAGER, None),
        (EAGER._replace(steps=0), "inductor"),  # it is not known how many
        (EAGER._replace(seconds_per_step=0.0299), "inductor"),  # 59.8 s ahead
        (EAGER._replace(seconds_per_step=10.0, steps=99), "inductor"),
    ],
)
def test_is_not_tried_where_little_is_ahead(eager, backend):
    assert try_compiling(compiles(ValueError("tried")), CALLS, 50, eager, backend) is None


def test_is_not_tried_where_the_operator_does_not_compile():
    form = Stacked(lambda calls: [], lambda call: "k", lambda calls, together: EAGER)
    assert try_compiling(form, CALLS, 50, EAGER, "inductor") is None


def test_what_the_compiler_raises_is_the_reason():
    found = try_compiling(compiles(RuntimeError("no C++ " + "x" * 10_000)), CALLS, 50, EAGER, "inductor")
    assert not found.taken
    assert found.record["reason"].startswith("RuntimeError: no C++ x")
    assert len(found.record["reason"]) == REASON_LENGTH
    assert found.words.startswith("not compiled, since RuntimeError: no C++")


def test_is_a_further_candidate_of_the_measurement():
    def measure(calls, together, backend=None):
        return Speed(0.1 if backend is None else 0.05, 1, steps=1000)

    form = Stacked(lambda calls, backend=None: [], lambda call: "k", measure, compiles=True)
    size = choose_size(form, "k", CALLS, backend="aot_eager")
    assert size.members == 100 and size.options == {"backend": "aot_eager"}
    assert size.record(100)["compiled"]["taken"] is True
    assert size.words.endswith("; compiled: 0.5 ms after 0 s of compiling")
    assert "compiled" not in size.record(1)
    assert choose_size(form, "on a CPU", CALLS).options == {}


def test_only_a_gpu_has_a_compiler():
    assert gpu_backend() == ("inductor" if torch.cuda.is_available() else None)
