"""What `.ci/run` says of its stages, when all pass and when one fails or is ended."""

import os
import re
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BEGIN = "set -euo pipefail\n. .ci/stages.sh\n"


def said(script):
    done = subprocess.run(["bash", "-c", BEGIN + script], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_each_stage_has_its_line_in_order():
    code, out = said("stage first\ntrue\nstage 'the second: of two'\ntrue\n")
    assert code == 0
    assert re.search(r"\n +\d+ s  first\n +\d+ s  the second: of two\nall stages passed in \d+ s\n$", out)


def test_a_stage_that_fails_is_named_with_its_time_and_its_exit_code_stays():
    code, out = said("stage first\nstage second\n(exit 7)\nstage third\n")
    assert code == 7
    assert re.search(
        r"\n +\d+ s  first\n +\d+ s  second: failed\nsecond failed after \d+ s, with exit code 7\n$", out
    )
    assert "third" not in out


def test_so_is_one_that_is_ended_from_without():
    script = BEGIN + "stage only\necho ready\nwhile true; do read -t 0.1 || true; done\n"
    process = subprocess.Popen(
        ["bash", "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    while process.stdout.readline() != "ready\n":
        pass
    os.kill(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "only: failed\nonly failed" in out


def test_the_stages_of_a_run_have_a_purpose_each():
    stages = re.findall(r'^stage "(.+)"$', (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert len(stages) == len(set(stages)) > 8
