"""The command itself, in processes of its own: signals, exit codes, the network."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from heldout.runtime.machine.store import Store

ROOT = Path(__file__).parents[3]


def command(bench, shard):
    return [
        *(sys.executable, "-m", "heldout.runtime", "run", "--shard", str(shard), "--store", str(bench.root)),
        *("--done", str(bench.done), "--log-events", str(bench.events)),
    ]


def run(bench, shard):
    return subprocess.run(command(bench, shard), cwd=ROOT, capture_output=True, text=True, check=False)


def start(bench, shard, until):
    """Start the command, and wait until an operator has left a trace."""
    process = subprocess.Popen(command(bench, shard), cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while until not in bench.traced() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    return process


def test_a_stopped_task_goes_on_from_its_checkpoint(bench):
    slow = bench.tasks("slow", [{"steps": 3}, {"steps": 40}, {"steps": 41}])
    shard = bench.shard("slow", slow)
    process = start(bench, shard, until="step 5")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert "slow 000: stopped by signal 15 after 1/3 tasks" in process.stderr.read()
    assert not bench.done.exists()
    assert Store(bench.root).has(slow[0]["task"])
    checkpoint = Store(bench.root).checkpoint_folder(slow[1]["task"])
    assert list(checkpoint.glob("checkpoint-*.safetensors"))
    bench.shard("slow", slow[:2])
    assert run(bench, shard).returncode == 0
    done = json.loads(bench.done.read_text())
    assert (done["computed"], done["reused"]) == (1, 1)
    assert bench.traced() == [f"step {n}" for n in (*range(3), *range(40))]
    assert not checkpoint.exists()


def test_without_a_checkpoint_the_task_at_hand_is_finished(bench):
    tasks = bench.tasks("nap", [{"seconds": 0.5}, {"seconds": 0.6}])
    process = start(bench, bench.shard("nap", tasks), until="nap")
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    assert [Store(bench.root).has(task["task"]) for task in tasks] == [True, False]
    assert not bench.done.exists()


def test_killed_it_goes_on_from_what_was_finished(bench):
    slow = bench.tasks("slow", [{"steps": 3}, {"steps": 50}])
    shard = bench.shard("slow", slow)
    process = start(bench, shard, until="step 40")
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
    assert not bench.done.exists()
    assert run(bench, shard).returncode == 0
    done = json.loads(bench.done.read_text())
    assert (done["computed"], done["reused"]) == (1, 1)


def test_the_network_is_refused_and_this_machine_is_not(bench):
    hosts = ["192.0.2.1", "example.invalid", "127.0.0.1"]
    tasks = bench.tasks("reach", [{"host": host} for host in hosts])
    ended = run(bench, bench.shard("reach", tasks))
    assert ended.returncode == 0
    outside, name, here = json.loads(bench.done.read_text())["failed"]
    assert outside["error"] == name["error"] == "NetworkRefused"
    assert outside["message"].startswith("the operator tried to reach 192.0.2.1, but runs offline")
    assert here["error"] == "ConnectionRefusedError"  # nobody listens there


def test_exit_codes_and_messages(bench):
    tasks = bench.tasks("number", [{"value": 1}])
    refused = run(bench, bench.shard("number", tasks, digest="sha256:0"))
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: the catalog that compiled this plan is not this runtime's")
    bench.root.write_text("a file where the store should be")
    broken = run(bench, bench.shard("number", tasks))
    assert broken.returncode == 3
    assert broken.stderr.splitlines()[-1].startswith("error: the store ") and "Traceback" not in broken.stderr


def test_only_what_the_operator_needs_is_imported(bench):
    shard = bench.shard("number", bench.tasks("number", [{"value": 1}]))
    environment = os.environ | {"PYTHONPROFILEIMPORTTIME": "1"}
    ended = subprocess.run(
        command(bench, shard), cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in ended.stderr.splitlines()}
    heavy = {"transformers", "datasets", "sklearn", "scipy", "altair", "pydantic", "docstring_parser"}
    assert "torch" in imported and not heavy & imported
