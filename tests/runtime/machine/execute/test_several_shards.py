"""Several shards in one process: what earlier ones make, later ones read."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heldout.runtime.machine.store import Store

ROOT = Path(__file__).parents[3]


class Job:
    """A job of several shards, and the files that it writes."""

    def __init__(self, bench, *shards):
        self.bench = bench
        self.shards = shards
        self.names = [Path(shard).stem for shard in shards]

    def files(self, folder, suffix):
        return [self.bench.folder / folder / f"{name}.{suffix}" for name in self.names]

    @property
    def command(self):
        texts = {
            "shard": self.shards,
            "done": self.files("done", "json"),
            "log-events": self.files("logs", "jsonl"),
            "log": self.files("logs", "log"),
        }
        given = [text for option, paths in texts.items() for text in (f"--{option}", *map(str, paths))]
        return [sys.executable, "-m", "heldout.runtime", "run", "--store", str(self.bench.root), *given]

    def run(self):
        """Run it as a rule does: what is said before the first shard goes to the first log."""
        first = self.files("logs", "log")[0]
        first.parent.mkdir(exist_ok=True)
        with first.open("w") as log:
            return subprocess.run(self.command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode

    def done(self):
        return [json.loads(path.read_text()) for path in self.files("done", "json")]


@pytest.fixture
def numbers(bench):
    return bench.tasks("number", [{"value": value} for value in (1, 13, 3)])


def reading(tasks):
    return {"numbers": [{"task": task["task"], "port": "table", "metric": "value"} for task in tasks]}


def test_a_later_shard_reads_what_an_earlier_one_made_and_is_blocked_by_what_failed(bench, numbers):
    good, bad = reading([numbers[0], numbers[2]]), reading(numbers[:2])
    totals = bench.tasks("strict_total", [{}, {}], [good, bad])
    job = Job(bench, bench.shard("number", numbers), bench.shard("strict_total", totals))
    assert job.run() == 0
    first, second = job.done()
    assert (first["stage"], first["computed"], len(first["failed"])) == ("number", 2, 1)
    assert (second["stage"], second["computed"], len(second["blocked"])) == ("strict_total", 1, 1)
    assert second["blocked"][0]["task"] == totals[1]["task"]
    assert bench.value(totals[0]) == 4  # 1 + 3
    for path, name, other in zip(
        job.files("logs", "log"), ("number", "strict_total"), ("strict_total", "number"), strict=True
    ):
        text = path.read_text()
        assert f"{name} 000: " in text and f"{other} 000: " not in text
    tasks = [[json.loads(line).get("task") for line in p.open()] for p in job.files("logs", "jsonl")]
    assert tasks == [[None, *[t["task"] for t in numbers]], [None, *[t["task"] for t in totals]]]
    assert len(list((bench.root / "packs").glob("*.tar"))) == 1


def test_the_results_are_those_of_a_process_for_each_shard(bench, numbers, tmp_path):
    numbers = [numbers[0], numbers[2]]
    totals = bench.tasks("strict_total", [{}], [reading(numbers)])
    shards = bench.shard("number", numbers), bench.shard("strict_total", totals)
    assert Job(bench, *shards).run() == 0
    together = {r["task"]: r["files"]["table/table.parquet"]["sha256"] for r in Store(bench.root).records()}
    bench.root = tmp_path / "apart"
    for shard in shards:
        assert Job(bench, shard).run() == 0
    apart = {r["task"]: r["files"]["table/table.parquet"]["sha256"] for r in Store(bench.root).records()}
    assert together == apart and len(apart) == 3


def test_a_signal_in_an_early_shard_ends_the_job(bench):
    slow = bench.tasks("slow", [{"steps": 200}])
    job = Job(bench, bench.shard("slow", slow), bench.shard("number", bench.tasks("number", [{"value": 1}])))
    process = subprocess.Popen(job.command, cwd=ROOT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while "step 3" not in bench.traced() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert not any(path.exists() for path in job.files("done", "json"))
    assert not any(line.startswith("number") for line in bench.traced())


def test_a_shard_that_is_not_for_this_runtime_leaves_the_others_done(bench, numbers):
    other = bench.shard("strict_total", [], digest="sha256:0")
    job = Job(bench, bench.shard("number", numbers), other)
    assert job.run() == 2
    assert [path.exists() for path in job.files("done", "json")] == [True, False]
    assert "not this runtime's" in job.files("logs", "log")[1].read_text()


def test_files_come_one_for_each_shard_and_the_network_is_for_all_or_none(bench, numbers):
    shards = bench.shard("number", numbers), bench.shard("reach", [], network=True)
    job = Job(bench, *shards)
    assert job.run() == 2
    assert "cannot run in one process" in job.files("logs", "log")[0].read_text()
    without = [text for text in job.command if not text.endswith("reach.jsonl")]
    ended = subprocess.run(without, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "error: --log-events needs a file for each --shard\n")
