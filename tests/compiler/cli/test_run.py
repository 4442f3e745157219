"""Runs that fail, that are interrupted and that are killed: nothing finished is lost or computed twice."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"
NUM_ITEMS = 24

OPERATORS = """\
import os
import time
from pathlib import Path
from typing import Annotated
from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.1)
def slow(*, item: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, after a while.

    Args:
        item: the number; 13 fails until a file is there.
    \"\"\"
    time.sleep(float(os.environ.get("PAUSE", "0")))
    if item == 13 and not Path(os.environ["FIXED"]).exists():
        raise ValueError("thirteen is unlucky,\\\\nand tells [so] on two lines")
    with Path(os.environ["TRACES"]).open("a") as traces:
        traces.write(f"{item}\\\\n")
    return Table.of({"value": item})


@operator(seconds=0.1)
def double(x: Scalar) -> Annotated[Table, Metrics("value")]:
    \"\"\"Twice a number.

    Args:
        x: the number.
    \"\"\"
    return Table.of({"value": 2 * float(x)})
""".replace("\\\\n", "\\n")

STUDY = f"""\
heldout: 1
study: items
operators: [my_operators.py]
axes: {{item: {{count: {NUM_ITEMS}}}}}
stages:
  a: {{use: my-operators/slow, item: "${{item}}"}}
  b: {{use: my-operators/double, x: "${{a.value}}"}}
"""


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the operators' catalog was read once, for all tests."""
    folder = tmp_path_factory.mktemp("catalogs")
    (folder / "my_operators.py").write_text(OPERATORS)
    (folder / "study.yaml").write_text(STUDY)
    subprocess.run([HELDOUT, "check", "study.yaml"], cwd=folder, check=True, capture_output=True)
    return folder / ".heldout" / "catalogs"


class Folder:
    """A folder with the study, and what its tasks did there."""

    def __init__(self, path: Path, catalogs: Path) -> None:
        self.path = path
        self.traces = path / "traces"
        (path / "my_operators.py").write_text(OPERATORS)
        (path / "study.yaml").write_text(STUDY)
        (path / ".heldout").mkdir()
        (path / ".heldout" / "catalogs").symlink_to(catalogs)

    def fix(self) -> None:
        (self.path / "fixed").write_text("")

    def environment(self, pause: float = 0) -> dict[str, str]:
        own = {"TRACES": self.traces, "FIXED": self.path / "fixed", "PAUSE": pause}
        return os.environ | {key: str(value) for key, value in own.items()}

    def heldout(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [HELDOUT, *arguments],
            cwd=self.path,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr
        return done

    def run(self, *arguments: str) -> dict[str, object]:
        done = self.heldout("run", "study.yaml", "--cores", "1", "--json", *arguments)
        return json.loads(done.stdout) | {"exit": done.returncode}

    def begin(self, tasks: int = 4, pause: float = 0.15) -> subprocess.Popen[str]:
        """Start a run whose tasks take a while, and wait until some of them are finished."""
        process = subprocess.Popen(
            [HELDOUT, "run", "study.yaml", "--cores", "1"],
            cwd=self.path,
            env=self.environment(pause),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.wait_for_tasks(lambda: process.poll() is None, tasks)
        return process

    def wait_for_tasks(self, alive: Callable[[], bool], tasks: int = 4) -> None:
        deadline = time.monotonic() + 60
        while len(self.traced()) < tasks:
            assert alive() and time.monotonic() < deadline, "the run never came to its tasks"
            time.sleep(0.02)

    def traced(self) -> list[str]:
        return self.traces.read_text().split() if self.traces.exists() else []


@pytest.fixture
def folder(tmp_path: Path, catalogs: Path) -> Folder:
    return Folder(tmp_path, catalogs)


def processes() -> Iterator[tuple[int, int, bytes]]:
    """Every process: its id, its parent's, and its command line."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(") ")[2].split()[1])
            yield int(path.name), parent, (path / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue


def descendants(root: int) -> list[int]:
    found, parents = [root], {pid: parent for pid, parent, _ in processes()}
    for known in found:
        found += [pid for pid, parent in parents.items() if parent == known]
    return found


def jobs_in(folder: Path) -> list[int]:
    """The processes that still work in a folder's workflow."""
    found = []
    for pid, _, command in processes():
        try:
            if b"runtime" in command and (Path("/proc") / str(pid) / "cwd").resolve().is_relative_to(folder):
                found.append(pid)
        except OSError:
            continue
    return found


def test_a_task_that_fails_fails_alone_and_what_is_lost_comes_back(folder):
    first = folder.heldout("run", "study.yaml", "--cores", "1")
    assert first.returncode == 1
    whole = "thirteen is unlucky,\n  and tells [so] on two lines\n"
    assert f"failed: a (item 13): ValueError: {whole}" in first.stderr
    assert "1 task failed, and 1 could not run without them" in first.stderr
    assert len(folder.traced()) == NUM_ITEMS - 1

    logs = folder.heldout("logs", "study.yaml", "--failed").stdout
    assert logs.startswith("== 1 task of a (item 13): ")
    assert "Traceback" in logs and "my_operators.py" in logs and "thirteen is unlucky" in logs
    status = json.loads(folder.heldout("status", "study.yaml", "--json").stdout)["stages"]
    assert [(s["stage"], s["stored"], s["failed"], s["blocked"]) for s in status] == [
        ("a", NUM_ITEMS - 1, 1, 0),
        ("b", NUM_ITEMS - 1, 0, 1),
    ]

    folder.fix()
    again = folder.run()  # a failure is a result too: only --retry tries again
    assert (again["exit"], again["computed"], len(again["failed"]), again["blocked"]) == (1, 0, 1, 1)
    retried = folder.run("--retry")
    assert (retried["exit"], retried["computed"], retried["reused"]) == (0, 2, 2 * NUM_ITEMS - 2)
    assert max(Counter(folder.traced()).values()) == 1

    for path in (folder.path / ".heldout" / "store" / "packs").glob("*.index.jsonl"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "my-operators/slow" in line))
    lost = folder.run()  # what the store has lost is computed again, and nothing else
    assert (lost["exit"], lost["computed"], lost["reused"]) == (0, NUM_ITEMS, NUM_ITEMS)
    shutil.rmtree(folder.path / "results")
    again = folder.run()
    assert (again["exit"], again["computed"], again["reused"]) == (0, 0, 2 * NUM_ITEMS)


def test_a_run_that_is_asked_to_end_ends_its_jobs_and_goes_on_later(folder):
    folder.fix()
    process = folder.begin(tasks=1, pause=1)  # the second one takes a while to be refused
    second = folder.heldout("run", "study.yaml")
    assert (second.returncode, "is under way" in second.stderr) == (2, True)
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopping: what is finished stays" in told
    assert jobs_in(folder.path) == []
    assert len(folder.traced()) < NUM_ITEMS
    later = folder.run()
    assert (later["exit"], later["computed"]) == (0, NUM_ITEMS + NUM_ITEMS - later["reused"])
    assert Counter(folder.traced()) == Counter(str(item) for item in range(NUM_ITEMS))


def test_a_run_whose_processes_are_all_killed_goes_on_later(folder):
    folder.fix()
    process = folder.begin(tasks=12)
    for pid in descendants(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)
    traced = len(folder.traced())
    stored = json.loads(folder.heldout("status", "study.yaml", "--json").stdout)["stages"][0]["stored"]
    # The store writes small results twice a second, so a kill costs half a second of tasks that take
    # 0.15 s each, and a little for the time that writing takes.
    assert traced - 6 <= stored <= traced
    later = folder.run()
    assert (later["exit"], later["failed"]) == (0, [])
    assert later["computed"] == 2 * NUM_ITEMS - stored
    assert len(folder.traced()) == traced + NUM_ITEMS - stored


def test_ctrl_c_at_a_terminal(folder):
    folder.fix()
    pid, terminal = pty.fork()
    if pid == 0:
        # A terminal's programs heed SIGINT; the tests themselves may run in a background that ignores it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(folder.path)
        command = [str(HELDOUT), "run", "study.yaml", "--cores", "1"]
        os.execve(command[0], command, folder.environment(pause=0.15))
    folder.wait_for_tasks(lambda: True)
    os.write(terminal, b"\x03")
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the other end has closed
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    assert b"\x1b[" in shown, "a terminal is shown a bar"
    assert b"stopping: what is finished stays" in shown
    assert b"Traceback" not in shown
    assert jobs_in(folder.path) == []


def test_a_dry_run_says_what_would_run_and_runs_nothing(folder):
    done = folder.heldout("run", "study.yaml", "--", "--dry-run")
    assert done.returncode == 0
    assert "rule a:" in done.stdout + done.stderr
    assert folder.traced() == []
    assert folder.heldout("run", "study.yaml", "--", "--no-such-option").returncode == 1
