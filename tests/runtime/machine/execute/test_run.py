import errno
import json
import os
import re
from pathlib import Path

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.execute.run import run_shard
from heldout.runtime.machine.execute.shard import PlanError, read_shard
from heldout.runtime.machine.store import Store, StoreError, packs
from heldout.runtime.source.libraries import installed_release


def table(task, metric=None):
    selector = {"metric": metric} if metric else {}
    return {"task": task["task"], "port": "table"} | selector


def test_tasks_are_computed_once(bench):
    tasks = bench.tasks("number", [{"value": 1}, {"value": 2}])
    done = bench.run("number", tasks)
    assert {
        key: done[key] for key in ("stage", "shard", "tasks", "computed", "reused", "failed", "blocked")
    } == {
        "stage": "number",
        "shard": "000",
        "tasks": 2,
        "computed": 2,
        "reused": 0,
        "failed": [],
        "blocked": [],
    }
    assert [bench.value(task) for task in tasks] == [1.0, 2.0]
    again = bench.run("number", [*tasks, *bench.tasks("number", [{"value": 3}])])
    assert (again["computed"], again["reused"]) == (1, 2)
    assert bench.traced() == ["number 1.0", "number 2.0", "number 3.0"]


def test_a_result_is_on_the_disk_before_its_checkpoint_goes_and_others_wait_for_more(bench, monkeypatch):
    tasks = bench.tasks("square", [{"value": value, "kind": "a"} for value in (1, 2, 3)])
    Checkpoint(bench.root / "checkpoints" / tasks[1]["task"]).save({"t": torch.zeros(1)}, {})
    happened = []
    monkeypatch.setattr(Store, "flush", lambda _: happened.append("flush"))
    monkeypatch.setattr(Checkpoint, "clear", lambda _: happened.append("clear"))
    bench.run("square", tasks)
    assert happened == ["flush", "clear", "flush"], "the last is the shard's end"


def test_what_took_long_is_on_the_disk_at_once(bench, monkeypatch):
    monkeypatch.setattr("heldout.runtime.machine.execute.tasks.FLUSH_SECONDS", 0.01)
    flushes = []
    monkeypatch.setattr(Store, "flush", lambda _: flushes.append(len(bench.traced())))
    bench.run("nap", bench.tasks("nap", [{"seconds": 0.02}, {"seconds": 0.0}, {"seconds": 0.03}]))
    assert flushes == [1, 3, 3], "after the first, the third, and at the end"


def test_the_record_of_a_task(bench):
    (task,) = bench.tasks("number", [{"value": 1}])
    bench.run("number", [task])
    record = Store(bench.root).record(task["task"])
    assert record["operator"] == "toy-operators/number"
    assert record["parameters"] == {"value": 1}
    assert record["outputs"] == {"table": "Table"}
    assert record["environment"]["level"] == "bitwise" and "python" in record["environment"]
    assert "image" not in record["environment"], "it ran in no container"
    assert record["peak_rss_mb"] > 20, "torch is in the process"
    assert "missing" not in record


def test_the_record_of_a_task_in_a_container(bench, monkeypatch):
    monkeypatch.setenv("HELDOUT_IMAGE", "registry.example/heldout@sha256:ab")
    (task,) = bench.tasks("number", [{"value": 1}])
    bench.run("number", [task])
    assert Store(bench.root).record(task["task"])["environment"]["image"].endswith("@sha256:ab")


def test_a_damaged_result_is_computed_again(bench):
    (task,) = bench.tasks("number", [{"value": 1}])
    bench.run("number", [task])
    tar = next(bench.root.glob("packs/*.tar"))
    offset = Store(bench.root).record(task["task"])["files"]["table/table.parquet"]["offset"]
    content = bytearray(tar.read_bytes())
    content[offset + 50] ^= 1
    tar.write_bytes(content)
    assert bench.run("number", [task])["computed"] == 1
    assert bench.run("number", [task])["reused"] == 1


def test_one_tasks_failure_is_its_own(bench):
    values = [1, 13, 2, 15, 16, 3]
    tasks = bench.tasks("number", [{"value": value} for value in values])
    done = bench.run("number", tasks)
    assert done["computed"] == 3
    assert [(f["coordinates"]["number"], f["error"], f["message"]) for f in done["failed"]] == [
        (1, "ValueError", "thirteen is unlucky"),
        (3, "SystemExit", "leaving"),
        (4, "OutOfMemoryError", "CUDA out of memory"),
    ]
    assert 'raise ValueError("thirteen is unlucky")' in done["failed"][0]["traceback"]
    assert [Store(bench.root).has(task["task"]) for task in tasks] == [v < 13 for v in values]
    assert bench.run("number", tasks)["reused"] == 3  # and those that failed are tried again
    assert bench.traced().count("number 13.0") == 2


@pytest.mark.parametrize("value", [14, 17, 18, 19])
def test_a_fault_of_the_machine_fails_the_job_and_no_task(bench, value, monkeypatch, capfd):
    """Memory, disks, open files: what is spared is kept, and a plain rerun goes on."""
    tasks = bench.tasks("number", [{"value": v} for v in (1, value, 13, 2)])
    with pytest.raises(StoreError, match="a task was hindered by the machine, which says nothing"):
        bench.run("number", tasks)
    assert not bench.done.exists(), "so that the job runs again"
    assert [Store(bench.root).has(task["task"]) for task in tasks] == [True, False, False, True]
    assert "the machine failed at {'number': 1}" in capfd.readouterr().err
    events = [json.loads(line) for line in bench.events.read_text().splitlines()]
    assert [event.get("status") for event in events[1:]] == ["computed", "hindered", "failed", "computed"]
    monkeypatch.setenv("HEALED", "1")
    done = bench.run("number", tasks)
    assert (done["computed"], done["reused"], len(done["failed"])) == (1, 2, 1)


def test_a_job_gives_up_where_the_machine_fails_one_task_after_the_other(bench):
    tasks = bench.tasks("number", [{"value": v, "seed": seed} for seed in range(4) for v in (14, 17)])
    with pytest.raises(StoreError, match="3 tasks were hindered"):
        bench.run("number", tasks)
    assert len(bench.traced()) == 3


def test_an_input_that_cannot_be_read_for_a_moment_blocks_nobody(bench, monkeypatch):
    numbers = bench.tasks("number", [{"value": 1}])
    bench.run("number", numbers)
    readers = bench.tasks("same", [{}], [{"data": table(numbers[0])}])
    whole = Path.open

    def fail(number):
        def opened(path, *args, **kwargs):
            if path.suffix == ".tar":
                raise OSError(number, os.strerror(number), str(path))
            return whole(path, *args, **kwargs)

        monkeypatch.setattr(Path, "open", opened)

    for number in (errno.EMFILE, errno.EIO, errno.ESTALE):
        fail(number)
        with pytest.raises(StoreError, match="cannot be read"):
            bench.run("same", readers)
        assert not bench.done.exists()
    fail(errno.EIO)
    assert bench.run("number", numbers)["computed"] == 1, "what the disk does not give is computed anew"
    monkeypatch.setattr(Path, "open", whole)
    assert bench.run("same", readers)["computed"] == 1


def test_an_output_that_cannot_be_written_fails_the_job(bench, monkeypatch):
    monkeypatch.setattr(packs, "write_all", fail_with(errno.EDQUOT))
    tasks = bench.tasks("number", [{"value": 1}])
    with pytest.raises(StoreError, match="the disk quota is used up"):
        bench.run("number", tasks)
    assert not bench.done.exists()
    monkeypatch.undo()
    monkeypatch.setenv("TRACES", str(bench.traces))
    assert bench.run("number", tasks)["computed"] == 1


def fail_with(number):
    def fail(*args):
        raise OSError(number, os.strerror(number))

    return fail


def test_what_a_failed_task_was_to_give_blocks_its_readers(bench):
    numbers = bench.tasks("number", [{"value": 13}, {"value": 2}])
    bench.run("number", numbers)
    readers = bench.tasks("same", [{}, {}], [{"data": table(number)} for number in numbers])
    done = bench.run("same", readers)
    assert done["computed"] == 1
    (blocked,) = done["blocked"]
    assert blocked["task"] == readers[0]["task"]
    assert blocked["inputs"] == [f"data: output table of task {numbers[0]['task']}"]
    assert bench.value(readers[1], port="artifact") == 2.0


def test_events(bench):
    tasks = bench.tasks("number", [{"value": 1}, {"value": 13}])
    bench.run("number", tasks[:1])
    bench.run("number", tasks)
    first, *events = [json.loads(line) for line in bench.events.read_text().splitlines()]
    assert (first["event"], first["tasks"]) == ("start", 2)
    assert [(e["task"], e["status"]) for e in events] == [
        (tasks[0]["task"], "reused"),
        (tasks[1]["task"], "failed"),
    ]
    assert events[1]["coordinates"] == {"number": 1} and "thirteen is unlucky" in events[1]["traceback"]
    assert all({"seconds", "at"} <= event.keys() for event in events)


def test_numbers_are_read_from_tables_and_gathered(bench):
    numbers = bench.tasks("number", [{"value": 1}, {"value": 2}, {"value": 13}])
    bench.run("number", numbers)
    gathered = [table(numbers[0]), table(numbers[1], "value")]
    totals = bench.tasks("total", [{}, {}], [{"numbers": gathered}, {"numbers": gathered, "bonus": None}])
    bench.run("total", totals)
    assert [bench.value(task, "sum") for task in totals] == [3.0, 3.0]
    strict = bench.tasks("strict_total", [{}], [{"numbers": [*gathered, table(numbers[2])]}])
    assert len(bench.run("strict_total", strict)["blocked"]) == 1
    (unknown,) = bench.tasks("strict_total", [{}], [{"numbers": [table(numbers[0], "recall")]}])
    (failed,) = bench.run("strict_total", [unknown])["failed"]
    assert "expected one value of recall" in failed["message"]


def test_a_result_made_without_a_member_is_made_again_once_it_is_there(bench):
    numbers = bench.tasks("number", [{"value": 1}, {"value": 2}])
    bench.run("number", numbers[:1])
    (total,) = bench.tasks("total", [{}], [{"numbers": [table(n) for n in numbers]}])
    (reader,) = bench.tasks("total", [{}], [{"numbers": [table(total, "count")]}])
    for _ in range(2):  # the second time both are reused: nothing has changed
        bench.run("total", [total, reader])
    assert bench.value(total, "count") == 1.0 and bench.value(reader, "sum") == 1.0
    assert Store(bench.root).record(reader["task"])["missing"] == [numbers[1]["task"]]
    bench.run("number", numbers)
    assert bench.run("total", [total, reader])["computed"] == 2
    assert bench.value(total, "count") == 2.0 and bench.value(reader, "sum") == 2.0
    assert "missing" not in Store(bench.root).record(reader["task"])
    assert bench.run("total", [total, reader])["reused"] == 2


def test_labels_are_hidden_from_adaptation_and_on_unlabelled_outputs(bench):
    data = bench.put_data()
    (task,) = bench.tasks("look", [{}], [{"labelled": data, "hidden": data}])
    bench.run("look", [task])
    assert bench.value(task, "labelled", "adapts") == 1.0
    assert bench.value(task, "hidden", "adapts") == 0.0
    assert Store(bench.root).load(task["task"], "data").rows.column_names == ["id"]


def test_what_a_task_does_to_its_input_no_other_sees(bench):
    data = bench.put_data()
    tasks = bench.tasks("spoil", [{}], [{"data": data}])
    torch_here = {"torch": installed_release("torch")}  # else it would be one call, computed once
    tasks.append(tasks[0] | {"task": "e" * 64, "libraries": torch_here})
    assert bench.run("spoil", tasks)["computed"] == 2
    assert [bench.value(task) for task in tasks] == [6.0, 6.0]  # 3 rows of two ones


def test_global_generators_do_not_remember_the_task_before(bench):
    (task,) = bench.tasks("draw")
    other = task | {"task": "1" * 64}
    bench.run("draw", [task, other])
    alone = [bench.value(task, name) for name in ("torch", "numpy", "python")]
    for task_id in bench.root.glob("packs/*"):
        task_id.unlink()
    bench.run("draw", [other, task])
    assert [bench.value(task, name) for name in ("torch", "numpy", "python")] == alone
    assert bench.value(other, "torch") != alone[0]


def test_values_arrive_as_their_hints_say(bench):
    given = {"rate": 1, "steps": 3.0, "names": ["a", "b"], "pair": [1, 2], "several": [1, 2.5]}
    bench.run("types", bench.tasks("types", [given]))
    assert bench.traced() == ["(1.0, 3, ['a', 'b'], 'frozenset', (1, 2.0), [1.0, 2.5])"]


def test_faults_of_a_task_that_fail_it_alone(bench):
    (one,) = bench.tasks("number", [{"value": 1, "volume": 11}])
    assert bench.run("number", [one])["failed"][0]["message"] == "the operator has no parameter volume"
    (two,) = bench.tasks("wrong_kind")
    message = "output table should be a Table, and is a Model"
    assert bench.run("wrong_kind", [two])["failed"][0]["message"] == message
    (three,) = bench.tasks("spoil", [{}], [{"data": table(bench.tasks("number", [{"value": 1}])[0])}])
    bench.run("number", bench.tasks("number", [{"value": 1}]))
    message = "port data takes a Dataset, and was given a Table"
    assert bench.run("spoil", [three])["failed"][0]["message"] == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"digest": "sha256:0"}, "run `heldout catalog --update` (toy-operators/number is sha256:"),
        ({"operator": "toy-operators/nothing"}, "no operator or component 'toy-operators/nothing'"),
        ({"network": True}, "differ on whether toy-operators/number may use the network"),
        ({"operators": ["absent.py"]}, "there is no Python file absent.py"),
        ({"heldout": 2}, "is of version 2; this runtime reads version 1"),
    ],
)
def test_a_plan_for_another_runtime_is_refused(bench, changes, message):
    tasks = bench.tasks("number", [{"value": 1}])
    with pytest.raises(PlanError, match=re.escape(message)):
        bench.run("number", tasks, **changes)
    assert not bench.done.exists() and bench.traced() == []


def test_a_changed_component_is_refused(bench):
    tasks = bench.tasks("number", [{"value": 1}])
    tasks[0]["components"] = {"objectives/erm": "sha256:0"}
    with pytest.raises(PlanError, match="--update` \\(objectives/erm is sha256:"):
        bench.run("number", tasks)


def test_another_version_of_a_library_is_refused_by_name(bench, monkeypatch):
    tasks = bench.tasks("number", [{"value": 1}])
    tasks[0]["libraries"] = {"numpy": "0.7", "torch": installed_release("torch")}
    with pytest.raises(PlanError, match=r"the plan is for numpy 0\.7, and here is \d"):
        bench.run("number", tasks)
    assert not bench.done.exists() and bench.traced() == []
    monkeypatch.setenv("HELDOUT_LIBRARIES", "any")
    bench.run("number", tasks)
    record = Store(bench.root).record(tasks[0]["task"])
    assert record["libraries"] == {name: installed_release(name) for name in ("numpy", "torch")}


def test_what_the_code_was_is_kept_beside_results(bench):
    bench.run("number", bench.tasks("number", [{"value": 1}]))
    digest = function_digest(find("toy-operators/number"))
    kept = bench.root / "definitions" / f"{digest.removeprefix('sha256:')}.json"
    assert "number in toy_operators.py" in json.loads(kept.read_text())


def test_a_done_file_of_before_does_not_outlive_a_stopped_run(bench):
    tasks = bench.tasks("number", [{"value": 1}])
    bench.run("number", tasks)
    with pytest.raises(PlanError), Store(bench.root) as store:
        run_shard(read_shard(bench.shard("number", tasks, digest="sha256:0")), store, bench.done)
    assert not bench.done.exists()


def test_progress_counts_on_stderr(bench, capsys, monkeypatch):
    monkeypatch.setattr("heldout.runtime.machine.execute.progress.REPORT_SECONDS", 0.0)
    bench.run("number", bench.tasks("number", [{"value": 1}, {"value": 13}]))
    lines = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"number 000: 1/2 tasks, \S+ s each, 0 s left", lines[0])
    assert re.fullmatch(r"number 000: 1 computed, 0 reused, 1 failed, 0 blocked in \S+ s", lines[2])
    assert lines[3] == "  failed {'number': 1}: ValueError: thirteen is unlucky"


@pytest.mark.parametrize("text", ["{", "[]", '{"heldout": 1}', '{"heldout": 1, "tasks": [{}]}'])
def test_what_is_no_shard(tmp_path, text):
    path = tmp_path / "shard.json"
    path.write_text(text)
    with pytest.raises(PlanError, match=r"shard\.json"):
        read_shard(path)
    with pytest.raises(PlanError, match="cannot be read: No such file"):
        read_shard(tmp_path / "absent.json")


def test_an_operator_is_told_what_it_may_spend(bench):
    (task,) = bench.tasks("spent", [{"value": 1}])
    bench.run("spent", [task], resources={"workers": 2, "micro_batch": 8})
    assert [bench.value(task, name) for name in ("workers", "micro_batch")] == [2, 8]
    (other,) = bench.tasks("spent", [{"value": 2}])
    bench.run("spent", [other])
    assert [bench.value(other, name) for name in ("workers", "micro_batch")] == [0, 0]


@pytest.mark.parametrize("resources", [{"workers": -1}, {"micro_batch": 0}, {"gpus": 1}, [1]])
def test_a_shard_that_asks_for_what_nothing_can_give_is_refused(bench, resources):
    path = bench.shard("spent", bench.tasks("spent", [{"value": 1}]), resources=resources)
    with pytest.raises(PlanError, match="not whole"):
        read_shard(path)
