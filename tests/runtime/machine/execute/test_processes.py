"""Tasks that several processes compute together, by gloo on this machine's CPU."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heldout.runtime.machine.store import Store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
TWO = {"spread": {"processes": 2}}


def command(bench, shard):
    return [
        *(
            sys.executable,
            "-P",
            "-m",
            "heldout.runtime",
            "run",
            "--shard",
            str(shard),
            "--store",
            str(bench.root),
        ),
        *("--done", str(bench.done), "--log-events", str(bench.events)),
    ]


def run(bench, shard, **variables):
    words, environment = command(bench, shard), os.environ | variables
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, env=environment, timeout=120
    )


def start(bench, shard, until):
    process = subprocess.Popen(command(bench, shard), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while until not in bench.traced() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    return process


def ranks_of(process):
    """The processes that a job has started, by rank."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            about = (path / "environ").read_bytes().split(b"\0")
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        rank = next((int(one[5:]) for one in about if one.startswith(b"RANK=")), None)
        if parent == process.pid and rank is not None:
            found[rank] = int(path.name)
    return found


def done(bench):
    return json.loads(bench.done.read_text())


def test_every_process_is_in_the_sum_and_the_first_one_writes(bench):
    tasks = bench.tasks("together", [{"steps": 1}, {"steps": 2}])
    ended = run(bench, bench.shard("together", tasks, **TWO))
    assert ended.returncode == 0, ended.stderr
    assert done(bench)["failed"] == []
    assert [bench.value(task, "sum") for task in tasks] == [3.0, 6.0]  # 1 + 2 at each step
    assert [bench.value(task, "processes") for task in tasks] == [2.0, 2.0]
    assert done(bench)["computed"] == 2
    record = Store(bench.root).record(tasks[0]["task"])
    assert (record["environment"]["processes"], record["environment"]["nodes"]) == (2, 1)
    assert len(list((bench.root / "packs").glob("*.tar"))) == 1  # of the first process alone
    again = run(bench, bench.shard("together", tasks, **TWO))
    assert again.returncode == 0
    assert done(bench)["reused"] == 2


def test_one_process_computes_the_same_shard_without_the_others(bench):
    tasks = bench.tasks("together", [{"steps": 1}])
    assert run(bench, bench.shard("together", tasks)).returncode == 0
    assert bench.value(tasks[0], "sum") == 1.0
    assert "processes" not in Store(bench.root).record(tasks[0]["task"])["environment"]


def test_an_operator_that_runs_in_one_process_is_refused(bench):
    ended = run(bench, bench.shard("number", bench.tasks("number", [{"value": 1}]), **TWO))
    assert ended.returncode == 2
    assert "toy-operators/number runs in one process, and this job has several" in ended.stderr


def test_a_task_that_fails_everywhere_fails_once(bench):
    tasks = bench.tasks("together", [{"bad_rank": 99}, {"steps": 2}])
    ended = run(bench, bench.shard("together", tasks, **TWO))
    assert ended.returncode == 0, ended.stderr
    (failed,) = done(bench)["failed"]
    assert (failed["error"], failed["message"]) == ("ValueError", "this rank is unlucky")
    assert done(bench)["computed"] == 1


def test_a_task_that_fails_in_one_process_fails_and_the_next_is_computed(bench):
    tasks = bench.tasks("together", [{"steps": 3}, {"steps": 3, "bad_rank": 1, "bad_step": 1}, {"steps": 2}])
    ended = run(bench, bench.shard("together", tasks, **TWO))
    assert ended.returncode == 0, ended.stderr
    (failed,) = done(bench)["failed"]
    assert failed["task"] == tasks[1]["task"]
    assert failed["message"] == "in process 1: this rank is unlucky"
    assert "end_badly" in failed["traceback"]
    assert [bench.value(tasks[n], "sum") for n in (0, 2)] == [9.0, 6.0]


def test_a_process_that_is_killed_fails_the_job_and_the_next_attempt_is_whole(bench):
    tasks = bench.tasks("together", [{"steps": 3, "bad_rank": 1, "bad_step": 1, "how": "kill"}])
    shard = bench.shard("together", tasks, **TWO)
    began = time.monotonic()
    ended = run(bench, shard)
    assert ended.returncode == 3
    assert "process 1 of 2 was killed by SIGKILL" in ended.stderr
    assert time.monotonic() - began < 60
    assert not bench.done.exists()
    Path(f"{bench.traces}.healed").touch()
    assert run(bench, shard).returncode == 0
    assert bench.value(tasks[0], "sum") == 9.0


def test_a_process_that_hangs_ends_the_job_in_time(bench):
    tasks = bench.tasks("together", [{"steps": 3, "bad_rank": 1, "bad_step": 1, "how": "hang"}])
    ended = run(bench, bench.shard("together", tasks, **TWO), HELDOUT_RANK_SECONDS="4")
    assert ended.returncode == 3, ended.stderr
    assert not bench.done.exists()


def test_a_full_disk_of_one_process_is_no_failure_of_the_task(bench):
    tasks = bench.tasks("together", [{"steps": 3, "bad_rank": 1, "how": "disk"}])
    ended = run(bench, bench.shard("together", tasks, **TWO))
    assert ended.returncode == 3
    assert "the disk is full" in ended.stderr + Path(f"{bench.events}.rank1.log").read_text()
    assert not bench.done.exists()


def test_a_signal_stops_all_at_one_step_and_they_go_on_from_there(bench):
    tasks = bench.tasks("together", [{"steps": 100}])
    shard = bench.shard("together", tasks, **TWO)
    process = start(bench, shard, until="rank 0 step 5")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143, process.stderr.read()
    ranks = [[line for line in bench.traced() if line.startswith(f"rank {rank} ")] for rank in (0, 1)]
    assert len(ranks[0]) == len(ranks[1]) < 100
    assert list(Store(bench.root).checkpoint_folder(tasks[0]["task"]).glob("checkpoint-*.safetensors"))
    assert run(bench, shard).returncode == 0
    assert bench.value(tasks[0], "sum") == 300.0
    assert len(bench.traced()) == 200


@pytest.mark.parametrize("told", [0, 1])
def test_a_signal_to_one_process_alone_stops_all(bench, told):
    tasks = bench.tasks("together", [{"steps": 300}])
    shard = bench.shard("together", tasks, **TWO)
    process = start(bench, shard, until="rank 0 step 5")
    os.kill(ranks_of(process)[told], signal.SIGTERM)
    assert process.wait(60) == 143, process.stderr.read()
    assert run(bench, shard).returncode == 0
    assert bench.value(tasks[0], "sum") == 900.0


def test_processes_end_with_the_one_that_started_them(bench):
    tasks = bench.tasks("together", [{"steps": 1000}])
    shard = bench.shard("together", tasks, **TWO)
    process = start(bench, shard, until="rank 0 step 5")
    ranks = ranks_of(process)
    assert sorted(ranks) == [0, 1]
    process.kill()
    process.wait(30)
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in ranks.values()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in ranks.values())
    assert list(Store(bench.root).checkpoint_folder(tasks[0]["task"]).glob("checkpoint-*.safetensors"))


def test_what_other_processes_say_lies_beside_the_events(bench):
    tasks = bench.tasks("together", [{"steps": 2, "bad_rank": 1, "bad_step": 1, "how": "kill"}])
    run(bench, bench.shard("together", tasks, **TWO))
    assert Path(f"{bench.events}.rank1.log").is_file()


def test_torchrun_starts_it_as_well(bench):
    tasks = bench.tasks("together", [{"steps": 2}])
    shard = bench.shard("together", tasks, **TWO)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words = command(bench, shard)
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    ended = subprocess.run(
        [*torchrun, *words[2:]], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    assert bench.value(tasks[0], "sum") == 6.0
