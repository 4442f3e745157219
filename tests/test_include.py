"""A study with bases from its lock to its reproduction: what reads a spec reads its bases."""

import json
import zipfile
from pathlib import Path

import pytest

import heldout as door

pytestmark = pytest.mark.slow

OPERATORS = """\
from typing import Annotated

from heldout import Metrics, Table, operator


@operator(seconds=0.1)
def measured(*, item: int, factor: int = 1) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, some times.

    Args:
        item: the number.
        factor: how many times.
    \"\"\"
    return Table.of({"value": factor * item / 3})
"""
BASE = """\
heldout: 1
base: items
include: deeper/axes.yaml
stages:
  a: {use: my-operators/measured, item: "${item}", factor: "${factor}"}
tables:
  all: {value: a.value, rows: item, columns: factor}
"""
AXES = """\
heldout: 1
base: axes
axes: {item: [1, 2, 3, 4, 5], factor: [2, 3]}
"""
STUDY = """\
heldout: 1
study: items
operators: [my_operators.py]
include: ../bases/items.yaml
claims:
  large:
    says: Three times is above twice.
    compare: {metric: a.value, axis: factor, greater: 3, less: 2, pair: [item]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {"family/items.yaml": STUDY, "family/my_operators.py": OPERATORS}
    files |= {"bases/items.yaml": BASE, "bases/deeper/axes.yaml": AXES}
    for name, text in files.items():
        path = tmp_path / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_all_that_reads_a_spec_reads_its_bases(heldout, folder: Path):
    spec, base = "specs/family/items.yaml", folder / "specs/bases/items.yaml"
    assert heldout("check", "specs").code == 0  # bases are passed over
    alone = heldout("check", "specs/bases/items.yaml")
    assert (alone.code, "[base-alone]" in alone.err) == (2, True)
    assert not door.check(spec)
    assert heldout("lock", spec).code == 0
    locked = json.loads(Path("specs/family/items.lock.json").read_text())["scales"]["full"]["entries"]
    assert {name for name in locked if name.startswith("include ")} == {
        "include ../bases/items.yaml",
        "include ../bases/deeper/axes.yaml",
    }
    ran = heldout("run", spec, "--cores", "1")
    assert ran.code == 0, ran.err
    page = Path("results/items/full/report/index.html").read_text()
    assert "What it includes: ../bases/deeper/axes.yaml" in page
    assert "item: [1, 2, 3, 4, 5], factor: [2, 3]" in page
    assert len(door.load(spec).results.to_pandas()) == 10
    assert heldout("record", spec).code == 0

    archived = heldout("archive", spec, "-o", "items.zip")
    assert archived.code == 0, archived.err
    with zipfile.ZipFile("items.zip") as archive:
        names = {name for name in archive.namelist() if name.startswith("spec/")}
        assert archive.read("spec/bases/items.yaml") == BASE.encode()
    assert names == {
        "spec/study/items.yaml",
        "spec/study/items.lock.json",
        "spec/study/my_operators.py",
        "spec/bases/items.yaml",
        "spec/bases/deeper/axes.yaml",
    }
    verified = heldout("verify", "items.zip", "--trust-operators")
    assert verified.code == 0, verified.out + verified.err
    again = heldout("reproduce", "items.zip", "--trust-operators", "--containers", "none", "--yes")
    assert again.code == 0, again.out + again.err

    base.write_text(BASE + "# edited\n")
    with pytest.warns(UserWarning, match="has changed since"):
        door.load(spec)
    refused = heldout("run", spec)
    assert refused.code == 2
    assert (
        "include ../bases/items.yaml: " in refused.err
        and "--update 'include ../bases/items.yaml'" in refused.err
    )
    accepted = heldout("lock", spec, "--update", "include ../bases/items.yaml")
    assert accepted.code == 0, accepted.err
    assert heldout("status", spec).code == 0
