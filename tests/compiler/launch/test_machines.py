"""A command on each machine of a job of Slurm, by a stand-in for srun that starts it as srun would."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.compiler.launch.machines import PORTS, meeting_place, over_all

# As many processes as it is asked for, one after the other, each told which it is.
SRUN = """\
#!/bin/sh
printf '%s\\n' "$@" > srun.arguments
nodes=${1#--nodes=}
while [ "${1#--}" != "$1" ]; do shift; done
node=0
while [ "$node" -lt "$nodes" ]; do SLURM_NODEID=$node "$@" || exit $?; node=$((node + 1)); done
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    program = tmp_path / "bin" / "srun"
    program.parent.mkdir()
    program.write_text(SRUN)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def started(folder: Path, *arguments: str, job: str | None = "123456") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
    environment |= {"PATH": f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment |= {} if job is None else {"SLURM_JOB_ID": job}
    words = [sys.executable, "-P", "-m", "heldout.compiler.launch.machines", *arguments]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_it_runs_once_on_each_machine_and_tells_each_which_it_is(folder):
    names = ("MASTER_ADDR", "MASTER_PORT", "HELDOUT_NODE_RANK", "APPTAINERENV_HELDOUT_NODE_RANK")
    say = f"import json, os; print(json.dumps([os.environ[name] for name in {names}]))"
    ended = started(folder, "--nodes", "2", "--cores", "8", "--gpus", "4", "--", "python", "-c", say)
    assert ended.returncode == 0, ended.stderr
    first, second = map(json.loads, ended.stdout.splitlines())
    assert first[:2] == second[:2]
    assert first[1] == str(20_000 + 123456 % 12_000)
    assert (first[2:], second[2:]) == (["0", "0"], ["1", "1"])
    said = (folder / "srun.arguments").read_text().splitlines()
    assert said[:5] == ["--nodes=2", "--ntasks=2", "--ntasks-per-node=1", "--cpus-per-task=8", "--gres=gpu:4"]


def test_outside_of_slurm_it_says_so(folder):
    ended = started(folder, "--nodes", "2", "--for", "model", "--", "true", job=None)
    assert ended.returncode == 2
    assert ended.stderr == (
        "error: model asks for 2 machines, and this is no job of Slurm: run it with a profile for Slurm\n"
    )


def test_a_job_without_gpus_asks_for_none():
    assert not any("gres" in word for word in over_all(2, 1, 0, "n1", ["true"]))


def test_jobs_side_by_side_meet_at_ports_of_their_own():
    places = [meeting_place("n1", {"SLURM_JOB_ID": str(n), "SLURM_NODEID": "0"}) for n in (7, 8)]
    ports = {int(place["MASTER_PORT"]) for place in places}
    assert len(ports) == 2
    assert ports <= {*PORTS}
