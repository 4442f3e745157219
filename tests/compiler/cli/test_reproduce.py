"""Reproduce a study that was archived, and copies of its archive that say something else."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from heldout.compiler.archive import contents

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"

OPERATORS = """\
from typing import Annotated
from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator


@operator(seconds=0.1)
def measured(*, item: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number.

    Args:
        item: the number.
    \"\"\"
    return Table.of({"value": item / 3})


@operator(seconds=0.1)
def times(x: Scalar, *, factor: int) -> Annotated[Table, Metrics("value")]:
    \"\"\"A number, some times.

    Args:
        x: the number.
        factor: how many times.
    \"\"\"
    return Table.of({"value": factor * float(x)})
"""

STUDY = """\
heldout: 1
study: items
operators: ["Größe ops.py"]
axes: {item: [1, 2, 3, 4, 5, 6], factor: [2, 3]}
stages:
  a: {use: Größe ops/measured, item: "${item}"}
  b: {use: Größe ops/times, x: "${a.value}", factor: "${factor}", tolerance: 0.01}
claims:
  large:
    says: Three times is above twice.
    compare: {metric: b.value, axis: factor, greater: 3, less: 2, pair: [item]}
  above:
    says: Three times something is above one half.
    threshold: {metric: b.value, above: 0.5, pair: [item], where: {factor: 3}}
"""


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def heldout(folder: Path, *arguments: object) -> Ran:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELDOUT_")}
    done = subprocess.run(
        [HELDOUT, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment | {"OMP_NUM_THREADS": "1"},
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def reproduce(folder: Path, file: Path, *options: object) -> tuple[int, dict[str, Any]]:
    ran = heldout(folder, "reproduce", file, "--trust-operators", "--cores", 1, "--json", *options)
    assert ran.code in (0, 1), ran.err
    return ran.code, json.loads(ran.out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study that ran and was archived."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "Größe ops.py").write_text(OPERATORS)
    (folder / "items.yaml").write_text(STUDY)
    ran = heldout(folder, "run", "items.yaml", "--cores", "1")
    assert ran.code == 0, ran.err
    assert heldout(folder, "archive", "items.yaml", "-o", "study.zip").code == 0
    return folder


def forged(folder: Path, name: str, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of the archive that was changed by someone who also mended the manifest."""
    with zipfile.ZipFile(folder / "study.zip") as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    del files[contents.MANIFEST]
    change(files)
    lines = [f"{hashlib.sha256(files[entry]).hexdigest()}  {entry}\n" for entry in sorted(files)]
    with zipfile.ZipFile(folder / name, "w") as archive:
        for entry, content in [*files.items(), (contents.MANIFEST, "".join(lines))]:
            archive.writestr(entry, content)
    return folder / name


def states(found: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {
        one["stage"]: {k: v for k, v in one.items() if k not in ("stage", "difference") and v}
        for one in found["stages"]
    }


def test_everything_is_computed_again_to_the_same_bytes(folder: Path):
    ran = heldout(folder, "reproduce", "study.zip", "--trust-operators", "--cores", 1, "--keep", "again")
    assert ran.code == 0, ran.err
    assert [line.split() for line in ran.out.splitlines()[1:3]] == [["a", "6", "0"], ["b", "12", "0"]]
    assert ran.out.count("(as archived)") == 2
    # The price comes first: 6 + 12 tasks, of as many.
    assert "6 of 6" in ran.err and "12 of 12" in ran.err
    assert ran.err.index("18 tasks in") < ran.err.index("reproduced: 18 tasks computed again")
    again = folder / "again"
    assert len((again / "cells.csv").read_text().splitlines()) == 1 + 18
    assert (again / "cells.parquet").is_file()
    assert list((again / "store" / "packs").glob("*.tar"))  # new results of its own
    verdicts = json.loads((again / "whole" / "workflow" / "report" / "verdicts.json").read_text())
    assert {one["verdict"] for one in verdicts} == {"supported"}


def change_numbers(files: dict[str, bytes]) -> None:
    """Put another task's result in the place of one of each stage, of a factor that a claim reads."""
    records = {n: json.loads(files[n]) for n in sorted(files) if n.endswith("/manifest.json")}
    path = "table/table.parquet"
    for operator in ("measured", "times"):
        of_it = [n for n, r in records.items() if r["operator"] == f"Größe ops/{operator}"]
        first, second = [n for n in of_it if records[n]["parameters"].get("factor", 3) == 3][:2]
        tables = [name.removesuffix("manifest.json") + path for name in (first, second)]
        files[tables[0]] = files[tables[1]]
        records[first]["files"][path] = records[second]["files"][path]
        files[first] = json.dumps(records[first]).encode()


def test_behind_a_claim_fewer_tasks_run_and_a_changed_number_is_named(folder: Path):
    file = forged(folder, "number.zip", change_numbers)
    code, found = reproduce(folder, file, "--claim", "above")
    # One factor of two: 6 of 12, and the 6 that they are computed from.
    assert (code, found["agrees"], found["tasks"], found["of"], found["drawn"]) == (1, False, 12, 18, None)
    assert states(found) == {
        "a": {"identical": 5, "different": 1},
        "b": {"identical": 5, "different": 1},
    }
    for cell in found["cells"]:
        made = cell["coordinates"].get("factor", 1) * cell["coordinates"]["item"] / 3
        assert f"{made:.9g} made" in cell["message"]
        assert cell["difference"] > 0.01
    (verdict,) = found["verdicts"]
    assert (verdict["id"], verdict["archived"], verdict["here"]) == ("above", "supported", "supported")
    assert verdict["effect_here"] == verdict["effect_archived"] is not None  # of the page that nobody changed


def test_cells_are_drawn_and_the_draw_goes_on_where_it_was(folder: Path):
    options = ("--cells", 2, "--seed", 3, "--keep", "drawn")
    code, found = reproduce(folder, folder / "study.zip", *options)
    assert (code, found["drawn"]) == (0, 2)
    ran = {one["stage"]: one["identical"] for one in found["stages"]}
    assert ran["b"] == 2 and ran["a"] in (1, 2)  # two cells may be of one item
    assert len(found["verdicts"]) == 2 and all(one["same"] for one in found["verdicts"])
    written = {p: p.stat().st_mtime_ns for p in (folder / "drawn" / "store").rglob("*") if p.is_file()}
    again = heldout(folder, "reproduce", "study.zip", "--trust-operators", "--cores", 1, *options, "--json")
    assert again.code == 0 and "going on with what was begun there" in again.err
    assert written == {
        p: p.stat().st_mtime_ns for p in (folder / "drawn" / "store").rglob("*") if p.is_file()
    }
    other = heldout(folder, "reproduce", "study.zip", "--trust-operators", "--keep", "drawn")
    assert (other.code, "holds another reproduction" in other.err) == (2, True)


def test_operators_need_trust(folder: Path):
    ran = heldout(folder, "reproduce", "study.zip", "--keep", "untrusted")
    assert (ran.code, "error[operators]" in ran.err) == (2, True)
    assert not (folder / "untrusted").exists()


def other_digest(files: dict[str, bytes]) -> None:
    catalog = json.loads(files[contents.CATALOG])
    catalog["operators"]["Größe ops/times"]["digest"] = "sha256:" + "0" * 64
    files[contents.CATALOG] = json.dumps(catalog).encode()


def test_a_runtime_that_is_another_is_not_asked(folder: Path):
    file = forged(folder, "older.zip", other_digest)
    ran = heldout(folder, "reproduce", file, "--trust-operators", "--keep", "older")
    assert (ran.code, "Traceback" in ran.err) == (2, False)
    assert "this runtime is not the archived one: Größe ops/times is another version" in ran.err
    assert "--containers apptainer or docker or podman runs the archived image" in ran.err
    assert not (folder / "older").exists()


def test_what_cannot_be_done_is_said(folder: Path):
    for options, expected in (
        (("--claim", "larg"), "write `large`"),
        (("--containers", "docker"), "the archive names no image"),
        (("--keep", "."), "is there already, and no reproduction"),
    ):
        ran = heldout(folder, "reproduce", "study.zip", "--trust-operators", *options)
        assert (ran.code, expected in ran.err, "Traceback" in ran.err) == (2, True, False), ran.err


def test_a_checksum_that_lies_is_refused_before_anything_runs(folder: Path):
    with zipfile.ZipFile(folder / "study.zip") as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    files["spec/items.yaml"] += b"# changed\n"
    with zipfile.ZipFile(folder / "lies.zip", "w") as archive:
        for entry, content in files.items():
            archive.writestr(entry, content)
    ran = heldout(folder, "reproduce", "lies.zip", "--trust-operators", "--keep", "lies")
    assert (ran.code, "error[checksum]" in ran.err, "spec/items.yaml" in ran.err) == (2, True, True)
    assert not (folder / "lies").exists()
