"""What strangers type is answered in a line or two, with the exit code that is promised; nothing hangs."""

import os
import subprocess
import sys

import pytest

from .specs_of_sense import SIZES
from .study import STUDY, edited

pytestmark = pytest.mark.slow

SECONDS = 60
MEGABYTES = 500


@pytest.fixture
def folder(tmp_path):
    for name in ("a.yaml", "b c.yaml", "q\"'.yaml", "n\nl.yaml", "-d.yaml", "e\x1b[31m.yaml"):
        (tmp_path / name).write_text(STUDY)
    (tmp_path / "bad.yaml").write_text(edited("seed: {count: 5}", "seed = 5"))
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "dir.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["chekc", "a.yaml"], 2, "Did you mean 'check'"),
        (["check", "nothing.yaml"], 2, "there is no file nothing.yaml"),
        (["check", "dir.yaml"], 2, "there is no spec below dir.yaml"),
        (["check", "empty.yaml"], 2, "error[empty-spec]"),
        (["check", "/dev/zero"], 2, "error[yaml-size]"),
        (["check", "pipe.yaml"], 2, "error[empty-spec]"),
        (["check", ""], 2, "an argument is empty"),
        (["check", "a.yaml", "--scale", ""], 2, "an argument is empty"),
        (["check", "a.yaml", "--scale", "smoke"], 2, "error[unknown-scale]"),
        (["check", "a.yaml", "bad.yaml", "nothing.yaml"], 2, "a.yaml: fine"),
        (["check", "b c.yaml", "q\"'.yaml", "n\nl.yaml", "e\x1b[31m.yaml"], 0, "b c.yaml: fine"),
        (["check", "-d.yaml"], 2, "No such option"),
        (["check", "--", "-d.yaml"], 0, "-d.yaml: fine"),
        (["check", "--json", "bad.yaml"], 2, '"code": "yaml-syntax"'),
        (["plan", "a.yaml", "b c.yaml"], 0, "2 studies, 126 tasks, 0 in the store, 126 more are shared"),
        (["plan", "bad.yaml"], 2, "bad.yaml:9:3: error[yaml-syntax]"),
        (["run", "a.yaml", "seed=1"], 2, "there is no place for `seed=1`"),
        (["run", "a.yaml", "--profile", "slrm"], 2, "write `slurm`"),
        (["run", "a.yaml", "--jobs", "2"], 2, "No such option: --jobs"),
        (["why", "a.yaml", "modle"], 2, "write `model`"),
        (["why", "a.yaml", "model", "seed=0", "seed=1"], 2, "`seed` is given two levels"),
        (["lineage", "a.yaml", "model", "method"], 2, "such as `method=erm`"),
        (["lock", "a.yaml", "--update", "spec"], 2, "the study has no lock"),
        (["verify", "a.yaml"], 2, "error[not-an-archive]"),
        (["archive", "a.yaml"], 2, "nothing of a.yaml has been computed"),
        (["schema", "-o", "dir.yaml"], 1, "heldout: dir.yaml: Is a directory"),
        (["new", "a.yaml"], 2, "a.yaml is there already"),
        (["new", "a.txt"], 2, "`a.txt` is no name for a spec"),
        (["explain", "unknown-axes"], 2, "write `unknown-axis`"),
        (["catalog", "train/classifer"], 2, "write `train/classifier`"),
    ],
)
def test_a_clumsy_command_line(heldout, folder, arguments, code, words):
    answer = heldout(*arguments)
    said = answer.out + answer.err
    assert (answer.code, words in said) == (code, True), said
    assert "Traceback" not in said and "\x1b" not in said


def shell(folder, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which `heldout` is this one."""
    command = (
        f'heldout() {{ "{sys.executable}" -P -c "from heldout.compiler.cli import main; main()" "$@"; }}'
    )
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{command}\n{line}"],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def test_a_spec_from_a_pipe(folder):
    answer = shell(folder, "cat a.yaml | heldout check /dev/stdin && heldout check <(cat a.yaml)")
    assert answer.returncode == 0, answer.stderr
    assert "/dev/stdin: fine" in answer.stderr and "/dev/fd/" in answer.stderr


def test_a_reader_that_goes_away(folder):
    whole = shell(folder, "heldout plan a.yaml", COLUMNS="20", NO_COLOR="")
    answer = shell(folder, "heldout plan a.yaml | head -1", COLUMNS="20", NO_COLOR="")
    assert answer.returncode == 0
    # The table fits into a pipe, which is found closed before what is said below it, or not yet: what is said
    # ends there, and not in a complaint.
    assert whole.stderr.startswith(answer.stderr) and answer.stderr[-1:] in ("", "\n")
    assert answer.stdout.startswith("stage")


@pytest.mark.parametrize("size", ["a hundred thousand seeds", "claims over many cells"])
def test_what_is_large_needs_little_memory(folder, size):
    (folder / "large.yaml").write_bytes(SIZES[size][1].encode())
    answer = shell(folder, f"ulimit -v {MEGABYTES * 1024}; heldout check large.yaml")
    assert answer.returncode == 0, answer.stderr
