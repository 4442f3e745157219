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


BESIDE = (
    "beside engines bash -c 'echo begun; while [ ! -e {0}/go ]; do sleep 0.05; done; echo over; exit {1}'\n"
)


def test_a_stage_beside_others_is_waited_for_and_shown_at_the_end(tmp_path):
    code, out = said(f"{BESIDE.format(tmp_path, 0)}stage first\ntouch {tmp_path}/go\ntogether\nstage last\n")
    assert code == 0
    assert out.index("== first") < out.index("engines: what it said\nbegun\nover\n") < out.index("== last")
    assert re.search(r"\n +\d+ s  first\n +\d+ s  engines\n +\d+ s  last\nall stages passed", out)


def test_where_it_fails_the_run_fails_with_its_exit_code(tmp_path):
    (tmp_path / "go").touch()
    code, out = said(f"{BESIDE.format(tmp_path, 7)}stage first\ntogether\nstage last\n")
    assert code == 7
    assert re.search(
        r" s  first\n +\d+ s  engines: failed\nengines failed after \d+ s, with exit code 7", out
    )
    assert "last" not in out
    # A stage that comes after it has ended does not begin.
    over = "while kill -0 $aside_process 2>/dev/null; do sleep 0.05; done\n"
    code, out = said(f"{BESIDE.format(tmp_path, 7)}stage first\n{over}stage next\ntogether\n")
    assert (code, "== next" in out, "engines: failed" in out) == (7, False, True)


def test_where_another_fails_it_is_ended_with_all_that_it_started(tmp_path):
    at_the_end = f'trap "touch {tmp_path}/tidied" EXIT; trap "exit 130" TERM; touch {tmp_path}/ready'
    ready = f"while [ ! -e {tmp_path}/ready ]; do sleep 0.05; done"
    code, out = said(
        f"beside engines bash -c '{at_the_end}; sleep 600; true'\nstage first\n{ready}\n(exit 3)\n"
    )
    assert code == 3
    assert re.search(r" +\d+ s  engines: ended\n +\d+ s  first: failed\nfirst failed after", out)
    assert (tmp_path / "tidied").exists()


def test_what_goes_on_beside_is_waited_for():
    lines = (ROOT / ".ci/run").read_text().splitlines()
    begun = [at for at, line in enumerate(lines) if line.startswith("beside ")]
    waited = [at for at, line in enumerate(lines) if line == "together"]
    assert len(begun) == len(waited) == 1 and begun < waited


def test_the_stages_of_a_run_have_a_purpose_each():
    stages = re.findall(r'^stage "(.+)"$', (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert len(stages) == len(set(stages)) > 8
