"""Costs of tasks as jobs measure them, and as other tasks read them."""

import math

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.costs import costs_of
from heldout.runtime.machine.execute import stack_size, tasks
from heldout.runtime.machine.store import Store


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    """A process that can begin to count anew, whose peak is 100 MB."""
    monkeypatch.setattr(stack_size, "_chosen", {})
    monkeypatch.setattr(tasks, "forget_peak", lambda: True)
    monkeypatch.setattr(tasks, "peak_memory", lambda: {"peak_rss_mb": 100.0})


def cost(bench, task):
    return Store(bench.root).load(task["task"], "cost")


def test_a_task_has_its_cost_beside_its_outputs(bench):
    (task,) = bench.tasks("number", [{"value": 1}])
    bench.run("number", [task])
    found = cost(bench, task)
    assert found.scalar("seconds") == Store(bench.root).record(task["task"])["seconds"] > 0
    assert found.scalar("peak_mb") == 100.0
    assert math.isnan(found.scalar("peak_gpu_mb"))
    assert Store(bench.root).record(task["task"])["outputs"] == {"table": "Table"}


def test_another_task_reads_it(bench):
    (task,) = bench.tasks("number", [{"value": 1}])
    bench.run("number", [task])
    read = {"numbers": [{"task": task["task"], "port": "cost", "metric": "seconds"}]}
    (reader,) = bench.tasks("total", [{}], [read])
    bench.run("total", [reader])
    assert bench.value(reader, "sum") == cost(bench, task).scalar("seconds")


def test_tasks_of_a_stack_share_its_seconds_and_have_no_peak_of_their_own(bench):
    found = bench.tasks("square", [{"value": value} for value in (1, 2, 3)])
    bench.run("square", found, stack="auto")
    records = [Store(bench.root).record(task["task"]) for task in found]
    assert len({record["seconds"] for record in records}) == 1
    assert all(math.isnan(costs_of(record)["peak_mb"]) for record in records)


def test_a_task_that_went_on_from_a_checkpoint_has_none(bench):
    (task,) = bench.tasks("square", [{"value": 2, "kind": "a"}])
    Checkpoint(bench.root / "checkpoints" / task["task"]).save({"t": torch.zeros(1)}, {})
    bench.run("square", [task])
    assert Store(bench.root).record(task["task"])["resumed"]
    assert math.isnan(cost(bench, task).scalar("seconds"))
