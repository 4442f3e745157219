import json

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.reproduce.archived import (
    archived_plan,
    archived_tasks,
    task_in_archive,
    timings_of_archive,
)
from heldout.compiler.reproduce.selection import PlannedCell

TASK, OTHER = "ab" + "0" * 62, "cd" + "0" * 62
RECORD = {"operator": "a/b", "parameters": {"x": 1}, "seconds": 2.5, "files": {"t/x": {"size": 7}}}


@pytest.fixture
def record(tmp_path):
    def write(text, task=TASK):
        folder = tmp_path / contents.task_folder(task)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(text if isinstance(text, str) else json.dumps(text))
        return tmp_path

    return write


def test_what_a_record_says(record):
    task = archived_tasks(record(RECORD | {"stack": {"size": 4}, "environment": {"torch": "2"}}))[TASK]
    assert (task.seconds, task.bytes, task.stacked, task.environment) == (2.5, 7, True, {"torch": "2"})


@pytest.mark.parametrize("seconds", [-1, 1e300, True, "soon", None, [], float("nan"), float("inf")])
def test_seconds_that_are_none_count_as_not_known(record, seconds):
    tasks = archived_tasks(record(RECORD | {"seconds": seconds}))
    assert tasks[TASK].seconds == 0.0
    assert timings_of_archive(tasks) == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": []}', '{"files": {"a": 1}, "parameters": 3}'])
def test_a_record_that_is_none_does_no_harm(record, text):
    tasks = archived_tasks(record(text))
    assert all(task.bytes == 0 and not task.parameters for task in tasks.values())


def test_timings_by_operator(record):
    record(RECORD)
    tasks = archived_tasks(record(RECORD | {"seconds": 3}, OTHER))
    assert sorted(one.seconds for one in timings_of_archive(tasks)["a/b"]) == [2.5, 3.0]


def test_a_result_is_found_by_its_task_and_else_by_its_place(tmp_path):
    shard = tmp_path / contents.PLAN / "score" / "000.json"
    shard.parent.mkdir(parents=True)
    shard.write_text(json.dumps({"tasks": [{"task": OTHER, "coordinates": {"seed": 1, "angle": 0}}, 3]}))
    (shard.parent / "001.json").write_text("[")
    plan = archived_plan(tmp_path)
    assert plan.tasks == {"score": {OTHER}}
    cell = PlannedCell("score", TASK, {"angle": 0, "seed": 1})
    assert task_in_archive(cell, plan, {TASK, OTHER}) == TASK
    assert task_in_archive(cell, plan, {OTHER}) == OTHER
    assert task_in_archive(cell, plan, set()) is None
    assert task_in_archive(PlannedCell("score", TASK, {"seed": 2}), plan, {OTHER}) is None
