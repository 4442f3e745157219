"""The page of the Python interface, its notebook, and what type checkers see of it."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import heldout

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/python.md").read_text()
NOTEBOOK = json.loads((ROOT / "docs/python.ipynb").read_text())

# A cell after the other in one process, each last value shown as a notebook would show it.
RUN_CELLS = """\
import ast, json, sys
cells, names = json.load(open(sys.argv[1])), {"__name__": "__main__"}
for cell in cells:
    *body, last = ast.parse(cell).body
    if not isinstance(last, ast.Expr):
        body, last = [*body, last], None
    exec(compile(ast.Module(body, []), cell, "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), cell, "eval"), names)
        picture = getattr(value, "_repr_png_", lambda: None)()
        print(repr(value) if picture is None else f"a picture of {len(picture)} bytes")
"""


def run_cells(cells: list[str], folder: Path) -> str:
    """What cells print and show, in a folder of their own."""
    (folder / "cells.json").write_text(json.dumps(cells))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELDOUT_")}
    command = [sys.executable, "-P", "-c", RUN_CELLS, "cells.json"]
    done = subprocess.run(
        command, cwd=folder, env=environment | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_runs(tmp_path: Path):
    cells = ["".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
    shown = run_cells(cells, tmp_path)
    assert "error[unknown-output]: " in shown and "no mistakes" in shown
    # domains, 2 x 3 splits, 2 x 2 x 3 models and as many scores
    assert "31 tasks, 0 in the store" in shown and "31 tasks computed, 0 there already" in shown
    assert re.search(r"(supported|undecided)  A hidden layer makes it more accurate\.", shown)
    assert re.search("a picture of [0-9]{4,} bytes", shown)


def test_the_notebook_is_kept_without_what_it_shows():
    assert (NOTEBOOK["nbformat"], NOTEBOOK["nbformat_minor"]) == (4, 5)
    for cell in NOTEBOOK["cells"]:
        assert cell["cell_type"] in ("code", "markdown") and cell["id"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
            ast.parse("".join(cell["source"]))


def test_the_page_runs(tmp_path: Path):
    new = [Path(sys.executable).parent / "heldout", "new", "my-study.yaml"]
    subprocess.run(new, cwd=tmp_path, check=True, capture_output=True)
    shown = run_cells(re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL), tmp_path)
    assert "axis 'method' has no level 'verx' (it has erm, vrex)" in shown
    assert (tmp_path / "results/my-study/smoke/report/index.html").is_file()


def test_the_page_names_all_that_there_is():
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    said = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    assert set(heldout.__all__) - {"__version__"} <= said


USERS = '''\
"""A user's file, as mypy --strict reads it."""

from typing import Annotated

import heldout
from heldout import Metrics, Table, Use, loguniform, operator


@operator(seconds=0.1)
def scaled(
    table: Annotated[Table, Use.EVALUATES], *, by: Annotated[float, loguniform(0.1, 10.0)] = 1.0
) -> Annotated[Table, Metrics("scaled")]:
    """A number, some times."""
    return Table.of({"scaled": by * table.scalar()})


study = heldout.run("spec.yaml", "smoke", cores=2, observer=heldout.Observer())
word: str = study.verdicts["claim"].word
low: float = (study.verdicts["claim"].interval or (0.0, 0.0))[0]
codes: list[str] = [mistake.code for mistake in heldout.check("spec.yaml")]
stages: list[str] = [stage.name for stage in heldout.plan("spec.yaml").stages]
columns = list(study.results.to_pandas().columns)
module = study.model("model", seed=0).eval()
reveal_type(scaled)
reveal_type(study.artifact("data"))
'''


# Names and signatures alone: what lies behind them is checked by `make lint`.
MYPY = """\
[mypy]
strict = true
follow_imports = silent
[mypy-torch.*,numpy.*,pandas.*,pyarrow.*,pydantic.*,jinja2.*,rich.*,yaml.*,jsonschema.*,safetensors.*]
follow_imports = skip
"""


def test_a_users_file_is_typed(tmp_path: Path):
    (tmp_path / "users.py").write_text(USERS)
    (tmp_path / "mypy.ini").write_text(MYPY)
    command = [sys.executable, "-m", "mypy", "--cache-dir", os.devnull, "users.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Success" in done.stdout, done.stdout
    assert "def (table: heldout.runtime.artifacts.table.Table, *, by: float =) -> " in done.stdout
    assert 'Revealed type is "heldout.runtime.artifacts.artifact.Artifact"' in done.stdout
