"""A small study that is killed, cut short and flipped, and a run of it without any fault."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from heldout.compiler.images import Pins
from heldout.compiler.run.workspace import Workspace
from heldout.runtime.__main__ import main as runtime_main
from heldout.runtime.machine.execute.run import run_shard  # imported once here: the forked children need not
from heldout.runtime.machine.report.build import build_report
from heldout.runtime.machine.store import packs
from heldout.runtime.machine.store.reader import StoreReader

HELDOUT = Path(sys.executable).parent / "heldout"
ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("HELDOUT_FAULT_KILLS", "6"))
PATIENCE_SECONDS = 300

# Twelve of its models are small and go to packs, six are of two megabytes and go to folders.
STUDY = """\
heldout: 1
study: faults
title: Digits whose runs are killed
axes:
  method: {erm: {}, coral: {}}
  held_out: [0, 75]
  seed: {count: 6}
stages:
  domains: {use: data/rotated-digits, angles: [0, 45, 75]}
  split: {use: data/leave-one-domain-out, data: "${domains}", domain: "${held_out}", seed: "${seed}"}
  model:
    use: train/classifier
    data: ${split.train}
    network: {mlp: {width: 32, depth: 1}}
    objective: ${method}
    steps: 40
    seed: ${seed}
    resources: {seconds: 0.1}
  wide: {like: model, network: {mlp: {width: 640, depth: 2}}, objective: {erm: {}}, steps: 3,
         when: {held_out: [0]}}
  score: {use: evaluate/classification, model: "${model}", data: "${split.test}"}
  wide_score: {like: score, model: "${wide}"}
claims:
  alignment-helps:
    says: CORAL is more accurate than ERM.
    compare: {metric: score.accuracy, axis: method, greater: coral, less: erm, pair: [held_out, seed],
              cluster: seed}
tables:
  accuracy: {rows: method, columns: held_out, value: score.accuracy}
"""


@dataclass
class Attempt:
    """One process that ran a job.

    Attributes:
        code: it ended with; that of a killed one is negative.
        killed: when, seconds since 1970.
        computed: when each task that it computed had ended.
    """

    code: int
    killed: float | None
    computed: dict[str, float]


@dataclass
class Figures:
    """What a series of faults came to.

    Attributes:
        hit: tasks whose process was killed before it told that they had ended, though some had begun.
        lost: tasks that had ended and were not on the disk yet.
        oldest: of those, seconds between their end and the kill.
    """

    kills: int = 0
    computed: int = 0
    lost: int = 0
    oldest: float = 0.0
    twice: int = 0
    half_written: int = 0
    notes: Counter = field(default_factory=Counter)

    def say(self, of: str) -> None:
        more = "".join(f", {count} {what}" for what, count in sorted(self.notes.items()))
        print(
            f"\nfaults: {of}: {self.kills} kills, {self.computed} tasks computed, {self.twice} finished ones "
            f"computed twice, {self.half_written} half-written in sight, {self.lost} lost within "
            f"{packs.FLUSH_SECONDS} s of their end (the oldest {self.oldest:.2f} s){more}"
        )


class Faulty:
    """The study in a folder of its own, with its store."""

    def __init__(self, path: Path, store: Path | None = None) -> None:
        self.path = path
        self.store = store or path / "store"
        self.workflow = path / "results" / "faults" / "full"
        path.mkdir(parents=True, exist_ok=True)
        (path / "study.yaml").write_text(STUDY)

    def compile(self, *, thorough=False) -> None:
        """Write the workflow, as a run does before it starts Snakemake."""
        workspace = Workspace.open(self.path / "study.yaml", None, self.path / "results", self.store)
        workspace.emit(Pins(), thorough=thorough)
        self.compiled = workspace.compiled
        self.jobs = [
            [(stage.name, shard.name) for stage, shard in zip(job, shards, strict=True)]
            for job in workspace.compiled.plan.jobs
            for shards in zip(*(stage.shards for stage in job), strict=True)
        ]
        self.tasks = sorted({t for e in workspace.compiled.expansions.values() for _, t in e.cells()})

    def start(self, job, before=None):
        """Start a job in a forked child, as the emitted rule does; `before` is called in it first."""
        files = {
            "--shard": ("plan", ".json"),
            "--done": ("done", ".json"),
            "--log-events": ("logs", ".jsonl"),
            "--log": ("logs", ".log"),
        }
        arguments = ["run", "--store", str(self.store)]
        for option, (folder, suffix) in files.items():
            arguments += [option, *(str(self.workflow / folder / s / f"{n}{suffix}") for s, n in job)]
        return forked(lambda: runtime_main(arguments), before)

    def run_job(self, job, kill_after=None, before=None, at_work=False) -> Attempt:
        """Run a job to its end, or kill it after some seconds; `at_work`: since it began with its tasks."""
        for stage, shard in job:
            (self.workflow / "logs" / stage / f"{shard}.jsonl").unlink(missing_ok=True)
        process = self.start(job, before)
        killed = None
        first = self.workflow / "logs" / job[0][0] / f"{job[0][1]}.jsonl"
        while at_work and process.is_alive() and not first.exists():
            time.sleep(0.002)
        process.join(kill_after if kill_after is not None else PATIENCE_SECONDS)
        if process.is_alive():
            assert kill_after is not None, "the job hangs"
            killed = time.time()
            process.kill()
            process.join()
            killed = killed if process.exitcode < 0 else None  # it had just come to its end
        return Attempt(process.exitcode, killed, self.events(job))

    def events(self, job) -> dict[str, float]:
        """When each task ended that the last attempt at a job computed."""
        ended = {}
        for stage, shard in job:
            path = self.workflow / "logs" / stage / f"{shard}.jsonl"
            for line in path.read_bytes().split(b"\n")[:-1] if path.exists() else ():
                event = json.loads(line)
                if event.get("status") == "computed":
                    ended[event["task"]] = event["at"]
        return ended

    def run_jobs(self, before=None) -> list[Attempt]:
        attempts = [self.run_job(job, before=before) for job in self.jobs]
        assert [attempt.code for attempt in attempts] == [0] * len(attempts), self.logs()
        return attempts

    def report(self) -> None:
        """Build it, in a child of a server that has never drawn anything.

        What draws figures starts threads, which a fork of this process would wait for without end, if
        another test has drawn some here.
        """
        plan, done = self.workflow / "plan" / "report.json", self.workflow / "done"
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([build_report.__module__])
        arguments = (plan, self.store, done, self.workflow / "report")
        process = context.Process(target=build_report, args=arguments, kwargs={"still": True})
        process.start()
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == 0

    def logs(self) -> str:
        return "".join(path.read_text()[-2000:] for path in self.workflow.glob("logs/*/*.log"))

    def heldout(self, *arguments) -> subprocess.Popen:
        """Start `heldout ARGUMENTS` in this folder, in a session of its own."""
        return subprocess.Popen(
            [HELDOUT, *map(str, arguments)],
            cwd=self.path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self) -> subprocess.Popen:
        return self.heldout("run", "study.yaml", "--cores", "2", "--store", self.store)

    def sound(self) -> tuple[set[str], set[str]]:
        """The tasks that the store has, and those of them that are not whole."""
        store = StoreReader(self.store)
        there = {task for task in self.tasks if store.has(task)}
        whole = {task for task in there if store.verify(task)}
        return whole, there - whole

    def copies(self) -> Counter:
        """How many results each task has left in packs: more than one if it was computed twice."""
        found = Counter()
        for index in self.store.glob("packs/*.index.jsonl"):
            found.update(json.loads(line)["task"] for line in index.read_bytes().split(b"\n")[:-1])
        return found

    def folders(self) -> dict[str, int]:
        """When the folder of each large result was written."""
        paths = self.store.glob("objects/*/*/manifest.json")
        return {path.parent.name: path.stat().st_mtime_ns for path in paths}

    def checksums(self) -> dict[str, dict[str, str]]:
        """Of every file of every result."""
        store = StoreReader(self.store)
        records = {task: store.record(task) for task in self.tasks}
        assert all(records.values()), f"{sum(r is None for r in records.values())} results are missing"
        return {t: {n: f["sha256"] for n, f in record["files"].items()} for t, record in records.items()}

    def tables(self) -> dict[str, bytes]:
        """The bytes of all that the report says, but for its page, which tells how long tasks took."""
        report = self.workflow / "report"
        wanted = (*report.glob("results.*"), report / "verdicts.json", *report.glob("tables/*"))
        found = {p.relative_to(report).as_posix(): p.read_bytes() for p in wanted}
        assert {"results.csv", "results.parquet", "verdicts.json", "tables/accuracy.csv"} <= found.keys()
        return found


def forked(function, before=None):
    """Call a function in a forked child, which ends with the code that it returns."""

    def child():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # What pytest has put there is no file descriptor that a job could turn into its log.
        sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        if before is not None:
            before()
        os._exit(function() or 0)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    return process


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> Faulty:
    """The study run once, without any fault."""
    torch.set_num_threads(1)
    assert run_shard is not None
    faulty = Faulty(tmp_path_factory.mktemp("reference"))
    faulty.compile()
    faulty.seconds = []
    for job in faulty.jobs:
        began = time.time()
        attempt = faulty.run_job(job)
        assert attempt.code == 0, faulty.logs()
        log = faulty.workflow / "logs" / job[0][0] / f"{job[0][1]}.jsonl"
        at_work = json.loads(log.read_bytes().split(b"\n")[0])["at"]
        ended = max(attempt.computed.values())
        faulty.seconds.append((ended - began, ended - at_work))
    faulty.report()
    large = faulty.folders()
    assert len(faulty.tasks) == 1 + 12 + 24 + 6 + 24 + 6 and len(large) == 6
    return faulty


@pytest.fixture
def faulty(tmp_path) -> Faulty:
    """The study, of which nothing has been computed."""
    found = Faulty(tmp_path / "faulty")
    found.compile()
    return found


@pytest.fixture
def finished(tmp_path, reference) -> Faulty:
    """The study, of which everything has been computed."""
    found = Faulty(tmp_path / "finished")
    shutil.copytree(reference.store, found.store)
    shutil.copytree(reference.workflow, found.workflow)
    found.compile()
    return found


@pytest.fixture
def moments() -> random.Random:
    return random.Random(int(os.environ.get("HELDOUT_FAULT_SEED", "0")))


@pytest.fixture
def figures() -> Figures:
    return Figures()


@pytest.fixture
def share():
    """How many of the kills go to the runtime, to Snakemake and to the archive."""
    few = max(1, KILLS // 6)
    return {"runtime": KILLS - 2 * few, "snakemake": few, "archive": few}
