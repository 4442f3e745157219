"""Commands and jobs work whatever they are started in; one place makes the environment of every process."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from heldout.compiler.environment import child_environment, of_the_user
from tests.fixtures.other_users import NOBODY, becoming

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SMOKE = Path("results/study/full")
STUDY = """\
heldout: 1
study: study
title: Größen ≥ 0, gezogen
operators: [my_operators.py]
axes:
  method: [0.0, 1.0]
  seed: {count: 6}
stages:
  drawn: {use: my-operators/draw, offset: "${method}", seed: "${seed}"}
claims:
  more:
    says: Ein Abstand ≥ 1 ist größer als keiner.
    compare: {metric: drawn.value, axis: method, greater: 1.0, less: 0.0, pair: [seed]}
tables:
  values: {rows: seed, columns: method, value: drawn.value, caption: Größen}
"""
OPERATORS = """\
import random
from typing import Annotated

from heldout import Metrics, Table, operator


@operator(seconds=0.01)
def draw(*, offset: float, seed: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"Größe ≥ 0.\"\"\"
    return Table.of({"value": offset + random.Random(seed).random()})
"""
# Whatever its environment, nothing is activated, and nothing is said of the terminal.
BARE = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def folder():
    """A study in a folder that anyone may write to."""
    with tempfile.TemporaryDirectory(prefix="größe-") as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
        (folder / "my_operators.py").write_text(OPERATORS, encoding="utf-8")
        yield folder


def run(folder, environment, *words, before=()):
    done = subprocess.run(
        [*before, BIN / words[0], *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=240,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout, done.stderr


def works(folder, environment, before=()):
    """Run the study, and look at what it says and wrote."""
    said, _ = run(folder, environment, "heldout", "run", "study.yaml", "--cores", "1", before=before)
    assert "supported" in said
    page = (folder / SMOKE / "report" / "index.html").read_text(encoding="utf-8")
    assert "Größen ≥ 0, gezogen" in page
    found, _ = run(folder, environment, "heldout", "doctor", "--json", before=before)
    return {finding["name"]: finding for finding in json.loads(found)}


def test_without_a_home_or_a_locale_and_with_modules_of_other_names(folder):
    """HOME unset, nothing activated, ASCII, PYTHONPATH=., and packages called as ours and as Python's."""
    for name in ("runtime", "compiler", "snakemake"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise SystemExit(9)\n")
    for name in ("train", "torch", "tokenize_this"):
        (folder / f"{name}.py").write_text("raise SystemExit(9)\n")
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    found = works(folder, BARE | ascii_only)
    assert "not activated" in found["environment"]["found"]
    assert "use UTF-8" in found["locale"]["found"]
    (folder / SMOKE / "report" / "index.html").unlink()
    # Python cannot be kept from a module that is called as one that commands import: it looks in PYTHONPATH
    # before all other places, and before any of our code runs.
    for name in ("runtime", "compiler", "snakemake", "torch.py"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / "runtime").mkdir()
    (folder / "runtime" / "__main__.py").write_text("raise SystemExit(9)\n")
    found = works(folder, BARE | ascii_only | {"PYTHONPATH": ".", "PYTHONOPTIMIZE": "2"})
    assert found["PYTHONPATH"]["state"] == "doubtful"


@pytest.mark.parametrize("name", ["types.py", "random.py", "runtime.py"])
def test_a_module_beside_the_spec(folder, name):
    (folder / name).write_text("raise SystemExit(9)\n")
    run(folder, BARE | {"HOME": str(folder)}, "heldout", "check", "study.yaml")
    said, _ = run(folder, BARE | {"HOME": str(folder)}, "heldout", "doctor")
    assert name == "runtime.py" or f"{Path(name).stem}: called as Python's own" in said


def test_plain_snakemake_of_an_environment_that_is_not_activated(folder):
    home = BARE | {"HOME": str(folder), "LC_ALL": "C", "PYTHONPATH": "."}
    run(folder, home, "heldout", "plan", "study.yaml", "--write")
    (folder / SMOKE / "runtime").mkdir()
    (folder / SMOKE / "runtime" / "__main__.py").write_text("raise SystemExit(9)\n")
    run(folder / SMOKE, home, "snakemake", "--cores", "1", "--workflow-profile", "profile", "--quiet")
    assert (folder / SMOKE / "report" / "index.html").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs root")
@pytest.mark.parametrize("home", ["/nonexistent", "closed"])
def test_a_user_without_an_entry_whose_home_is_missing_or_cannot_be_written(folder, home):
    environment = dict(BARE)
    if home == "closed":
        (folder / "home").mkdir(mode=0o755)
        environment["HOME"] = str(folder / "home")
    else:
        environment["HOME"] = home
    environment["TMPDIR"] = str(folder / "tmp")
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o1777)
    found = works(folder, environment, becoming(NOBODY, folder / "python"))
    assert found["user"]["found"].endswith(f"uid-{NOBODY}")
    assert f"caches go to {folder}/tmp/heldout-home-{NOBODY}" in found["home"]["found"]


def test_a_child_is_told_of_no_modules_and_no_switches_of_the_users(monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE"):
        monkeypatch.setenv(name, "/somewhere")
    monkeypatch.setenv("PATH", f"/first:{BIN}:/last")
    given = child_environment({"MORE": "1"})
    assert not given.keys() & {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE"}
    assert given["PATH"] == f"{BIN}:/first:/last"
    assert (given["PYTHONSAFEPATH"], given["PYTHONUTF8"], given["MORE"]) == ("1", "1", "1")


def test_where_heldout_was_found_by_the_python_path_it_is_handed_on(monkeypatch):
    import heldout.compiler.environment as module

    door = Path(module.__file__).absolute().parents[2]
    monkeypatch.setenv("PYTHONPATH", f".:{door}:/packages")
    assert child_environment()["PYTHONPATH"] == f"{door}:/packages"


def test_a_home_that_can_be_written_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert of_the_user({"HOME": str(tmp_path), "USER": "x"}) == {"HOME": str(tmp_path)}


# These become the command that they are given, or look at files in the midst of a job: in its environment.
THEIR_OWN = {
    "runtime/hub/dataset.py",
    "compiler/launch/slots.py",
    "compiler/launch/machines.py",
    "compiler/launch/apptainer_environment.py",
    "compiler/cli/application.py",
    "runtime/__main__.py",
    "runtime/machine/execute/launcher.py",  # processes of the job itself, with its environment
}
STARTS = {
    "subprocess": ("run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"),
    "os": ("system", "popen", "posix_spawn", "fork", "forkpty", "exec", "spawn"),  # and all that begin so
    "asyncio": ("create_subprocess_exec", "create_subprocess_shell"),
}


def is_start(module, name) -> bool:
    known = STARTS.get(module, ())
    return name in known or (module == "os" and name.startswith(("exec", "spawn", "posix_spawn")))


def starts(tree):
    """The calls in a module that start a process."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and is_start(of.id, node.func.attr):
                yield node
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if is_start(node.module, alias.name)]
            assert not names, "call it by its module's name"


def test_every_process_is_given_the_environment_that_is_made_here():
    found = 0
    for package in ("compiler", "runtime", "src/heldout"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for call in starts(ast.parse(path.read_text(encoding="utf-8"))):
                found += 1
                if name in THEIR_OWN:
                    continue
                (given,) = [keyword.value for keyword in call.keywords if keyword.arg == "env"] or [None]
                where = f"{name}:{call.lineno}"
                assert isinstance(given, ast.Call), f"{where} needs `env=child_environment(…)`"
                assert ast.unparse(given.func) == "child_environment", where
    assert found >= 12, "the test finds what it looks for"
