import json

import pytest
import torch

from heldout.runtime.checkpoint import StopSignal
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.execute import stack_size, stacks
from heldout.runtime.machine.execute.compiled_stack import Compiled
from heldout.runtime.machine.execute.run import run_shard
from heldout.runtime.machine.execute.shard import read_shard
from heldout.runtime.machine.store import Store
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.train import classifier


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(stack_size, "_chosen", {})


def squares(bench, values, **parameters):
    return bench.tasks("square", [{"value": value, **parameters} for value in values])


def records(bench, tasks):
    store = Store(bench.root)
    return [store.record(task["task"]) for task in tasks]


def test_tasks_of_one_shape_are_computed_together(bench, capsys):
    tasks = squares(bench, [1, 2, 3]) + squares(bench, [4, 5], kind="b")
    done = bench.run("square", tasks, stack="auto")
    assert done["computed"] == 5
    assert bench.traced() == ["together [1.0, 2.0, 3.0]", "together [4.0, 5.0]"]
    assert [bench.value(task) for task in tasks] == [1.0, 4.0, 9.0, 16.0, 25.0]
    stack = records(bench, tasks)[0]["stack"]
    assert (stack["size"], stack["chosen"]) == (3, "stacked")
    assert stack["seconds_per_step"] == {"1": 1.0, "3": pytest.approx(1 / 3)}
    assert "square 000: stacks of 3: a step takes 1e+03 ms alone, 333 ms in 3" in capsys.readouterr().err
    assert bench.run("square", tasks, stack="auto")["reused"] == 5


def test_without_asking_no_task_is_stacked(bench):
    tasks = squares(bench, [1, 2])
    bench.run("square", tasks)
    assert bench.traced() == ["alone 1.0", "alone 2.0"]
    assert all("stack" not in record for record in records(bench, tasks))


def test_a_number_bounds_the_stack_and_parts_are_alike(bench):
    bench.run("square", squares(bench, range(1, 8)), stack=3)
    sizes = [line.count(",") + 1 for line in bench.traced()]
    assert sizes == [3, 2, 2]


def test_what_is_slower_together_or_has_no_key_is_computed_alone(bench):
    tasks = [*squares(bench, [1, 2], kind="slow"), *squares(bench, [3, 4], kind="never")]
    tasks += [*squares(bench, [5, 6], kind="strange"), *squares(bench, [7])]
    assert bench.run("square", tasks, stack="auto")["computed"] == 7
    assert bench.traced() == [f"alone {float(value)}" for value in range(1, 8)]
    slow, _, never, *_ = records(bench, tasks)
    assert (slow["stack"]["chosen"], slow["stack"]["size"]) == ("sequential", 1)
    assert "stack" not in never


def test_the_log_says_once_why_tasks_are_never_stacked(bench, capsys):
    bench.run("square", squares(bench, [1, 2, 3], kind="refused"), stack="auto")
    assert bench.traced() == ["alone 1.0", "alone 2.0", "alone 3.0"]
    said = "square 000: tasks are computed one by one, since squares of this kind stand alone"
    assert capsys.readouterr().err.count(said) == 1


def test_memory_that_runs_out_halves_the_stack(bench, monkeypatch, caplog):
    monkeypatch.setenv("MEMORY", "3")
    tasks = squares(bench, range(8))
    assert bench.run("square", tasks, stack="auto")["computed"] == 8
    sizes = [line.count(",") + 1 for line in bench.traced()]
    assert sizes == [8, 4, 2, 2, 2, 2]
    stack = records(bench, tasks)[0]["stack"]
    assert (stack["size"], stack["reason"]) == (2, "memory ran out")
    assert "a stack of 8 failed (OutOfMemoryError: CUDA out of memory)" in caplog.text
    monkeypatch.setenv("MEMORY", "0")
    more = squares(bench, range(10, 13))
    assert bench.run("square", more, stack="auto")["computed"] == 3
    assert bench.traced()[-3:] == ["alone 10.0", "alone 11.0", "alone 12.0"]


def test_a_fault_of_the_stacked_form_leaves_each_task_to_itself(bench, caplog):
    tasks = squares(bench, [12, 13], kind="fragile")
    assert bench.run("square", tasks, stack="auto")["computed"] == 2
    assert bench.traced() == ["together [12.0, 13.0]", "alone 12.0", "alone 13.0"]
    assert "a fault of the stacked form" in caplog.text
    assert "KeyError" in records(bench, tasks)[0]["stack"]["reason"]


def test_one_members_failure_is_its_own(bench):
    done = bench.run("square", squares(bench, [1, 13, 14, 2]), stack="auto")
    assert done["computed"] == 2
    assert [(f["coordinates"]["number"], f["error"], f["message"]) for f in done["failed"]] == [
        (1, "ValueError", "thirteen is unlucky"),
        (2, "TypeError", "output table should be a Table, and is a Model"),
    ]


def test_blocked_and_reused_tasks_leave_the_others_to_be_stacked(bench):
    (kept,) = squares(bench, [1])
    bench.run("square", [kept])
    absent = {"data": {"task": "f" * 64, "port": "data"}}
    (blocked,) = bench.tasks("square", [{"value": 9}], [absent])
    done = bench.run("square", [kept, blocked, *squares(bench, [2, 3])], stack="auto")
    assert (done["reused"], done["computed"], len(done["blocked"])) == (1, 2, 1)
    assert bench.traced()[-1] == "together [2.0, 3.0]"


def test_inputs_that_fill_the_memory_are_not_all_waited_for(bench, monkeypatch):
    monkeypatch.setattr(stacks, "WINDOW_TASKS", 2)
    bench.run("square", squares(bench, [1, 2, 3, 4]), stack="auto")
    assert bench.traced() == ["together [1.0, 2.0]", "together [3.0, 4.0]"]


def test_a_stop_ends_the_job_between_steps(bench):
    tasks = squares(bench, [1, 2, 3])
    signal = StopSignal()
    signal.received = 15
    with Store(bench.root) as store:
        path = bench.shard("square", tasks, stack="auto")
        assert run_shard(read_shard(path), store, bench.done, stop=signal) == 143
    assert not bench.done.exists() and bench.traced() == []


class StopBefore(StopSignal):
    """A signal that has arrived when it is looked for once more than this."""

    def __init__(self, looks):
        self.looks = looks

    @property
    def received(self):
        self.looks -= 1
        return 15 if self.looks < 0 else None


class Trials:
    """Shards of `train/classifier` on the digits, in one store."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, name, stack=None, stop=None):
        root = self.folder / name
        digits = rotated_digits(angles=[0, 30])
        with Store(root) as store:
            store.put("d" * 64, {}, {"data": digits})
            tasks = [self.task(number) for number in range(4)]
            content = {
                "heldout": 1,
                "study": "trials",
                "stage": "model",
                "shard": "000",
                "operator": "train/classifier",
                "digest": function_digest(find("train/classifier")),
                "network": False,
                "operators": [],
                "tasks": tasks,
                "stack": stack,
            }
            path = self.folder / "shard.json"
            path.write_text(json.dumps(content))
            code = run_shard(read_shard(path), store, self.folder / "done.json", stop=stop)
        return code, [Store(root).load(task["task"], "model").weights for task in tasks if code == 0]

    def task(self, number):
        rate = 1e-3 * (1 + number)
        parameters = {"network": {"mlp": {"width": 8}}, "objective": "coral", "steps": 10}
        parameters |= {"batch_size": 4, "learning_rate": rate, "seed": number}
        components = {name: function_digest(find(name)) for name in ("networks/mlp", "objectives/coral")}
        data = {"task": "d" * 64, "port": "data"}
        return {
            "task": str(number) * 64,
            "coordinates": {"seed": number},
            "parameters": parameters,
            "components": components,
            "libraries": {},
            "inputs": {"data": data},
        }


@pytest.fixture
def fast_stacks(monkeypatch):
    """A machine on which a stack is measured to be faster."""
    monkeypatch.setattr(stack_size, "GAIN", 0.0)


@pytest.fixture
def trials(tmp_path):
    return Trials(tmp_path)


def assert_close(weights, expected):
    for own, other in zip(weights, expected, strict=True):
        for name, weight in other.items():
            torch.testing.assert_close(own[name], weight, rtol=1e-4, atol=1e-6)


def test_classifiers_in_stacks_agree_with_classifiers_alone(trials, fast_stacks):
    _, alone = trials.run("alone")
    code, together = trials.run("together", stack="auto")
    assert code == 0
    record = Store(trials.folder / "together").record("0" * 64)
    assert record["stack"]["size"] == 4 and record["stack"]["seconds_per_step"].keys() == {"1", "4"}
    assert_close(together, alone)  # to the bit on some processors, and on others not


@pytest.mark.parametrize("fails", [False, True])
def test_a_compiled_stack_that_fails_goes_on_without_the_compiler(trials, fast_stacks, monkeypatch, fails):
    torch.compiler.reset()  # as measuring does: what other shapes left would be in the way
    _, alone = trials.run("alone")
    advance, backends = classifier.advance_together, []

    def watched(runs, backend):
        backends.append(backend)
        if fails and backend is not None:
            raise RuntimeError("the compiler gave up")
        return advance(runs, backend)

    monkeypatch.setattr(stack_size, "try_compiling", lambda *_: Compiled("aot_eager", True, 0.1, 2.0))
    monkeypatch.setattr(classifier, "advance_together", watched)
    code, together = trials.run("together", stack="auto")
    assert code == 0
    assert_close(together, alone)
    stack = Store(trials.folder / "together").record("0" * 64)["stack"]
    assert stack["size"] == 4
    reason = {"reason": "RuntimeError: the compiler gave up"} if fails else {}
    assert stack["compiled"] == {
        "backend": "aot_eager",
        "taken": not fails,
        "seconds_per_step": 0.1,
        "compiling_seconds": 2.0,
        **reason,
    }
    assert backends == (["aot_eager", None] if fails else ["aot_eager"])


def test_what_is_computed_alone_has_the_bits_of_a_process_of_its_own(trials, monkeypatch):
    monkeypatch.setattr(stack_size, "GAIN", 1e9)  # measured, and found to be slower
    _, alone = trials.run("alone")
    _, measured = trials.run("measured", stack="auto")
    record = Store(trials.folder / "measured").record("0" * 64)
    assert record["stack"]["chosen"] == "sequential"
    for own, other in zip(measured, alone, strict=True):
        assert all(torch.equal(own[name], weight) for name, weight in other.items())


@pytest.mark.parametrize("then", ["auto", None])
def test_a_stopped_stack_is_taken_up_in_either_way(trials, fast_stacks, then):
    _, alone = trials.run("alone")
    code, _ = trials.run("stopped", stack="auto", stop=StopBefore(14))
    assert code == 143
    folders = sorted((trials.folder / "stopped" / "checkpoints").iterdir())
    assert [folder.name for folder in folders] == [str(number) * 64 for number in range(4)]
    code, resumed = trials.run("stopped", stack=then)
    assert code == 0
    assert_close(resumed, alone)
    assert not list((trials.folder / "stopped" / "checkpoints").iterdir())
