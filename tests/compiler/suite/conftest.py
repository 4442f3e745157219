"""Small studies of a user's own operators, in a folder of their own, that have tasks in common."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.check import sound_tasks
from heldout.compiler.suite.left import StudyLeft
from heldout.compiler.suite.open import Opened, open_suite

OPERATORS = '''\
import os
from pathlib import Path
from typing import Annotated

from heldout.runtime.artifacts import Scalar, Table
from heldout.runtime.operator import Metrics, operator

HERE = Path(__file__).parents[4]


@operator(seconds=0.1)
def number(*, item: int) -> Annotated[Table, Metrics("value")]:
    """A number, whose computing leaves a line in `traces`.

    Args:
        item: the number; 13 ends the process until a file is there, 12 fails.
    """
    with (HERE / "traces").open("a") as traces:
        traces.write(f"{item}\\n")
    if item == 13 and not (HERE / "fixed").exists():
        os._exit(9)
    if item == 12 and not (HERE / "fixed").exists():
        raise ValueError("twelve is unlucky")
    return Table.of({"value": item})


@operator(seconds=0.1)
def double(x: Scalar) -> Annotated[Table, Metrics("value")]:
    """Twice a number.

    Args:
        x: the number.
    """
    with (HERE / "traces").open("a") as traces:
        traces.write(f"twice {float(x):.0f}\\n")
    return Table.of({"value": 2 * float(x)})
'''
STUDY = """\
heldout: 1
study: {name}
operators: [my_operators.py]
axes: {{item: {items}}}
stages:
  a: {{use: my-operators/number, item: "${{item}}"}}
  b: {{use: my-operators/double, x: "${{a.value}}"}}
claims:
  large:
    says: The numbers are large.
    threshold: {{metric: b.value, above: -1, pair: [item], alpha: 0.5}}
"""


class Folder:
    """A folder with studies, and what their tasks did there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, studies: Mapping[str, Sequence[int]]) -> list[Path]:
        """A spec for each study, of these numbers."""
        for name, items in studies.items():
            Path(f"{name}.yaml").write_text(STUDY.format(name=name, items=list(items)))
        return [Path(f"{name}.yaml") for name in studies]

    def open(self, studies: Mapping[str, Sequence[int]]) -> Opened:
        """The studies, compiled."""
        return open_suite(self.write(studies))

    def left(self, studies: Mapping[str, Sequence[int]]) -> list[StudyLeft]:
        """What is left of the studies, whose workflows are not written."""
        opened = self.open(studies)
        assert not opened.refused
        return [
            StudyLeft(number, one, sound_tasks([one.compiled], one.store))
            for number, one in enumerate(opened.workspaces)
        ]

    def traces(self) -> list[str]:
        """What tasks were computed, in their order."""
        path = self.path / "traces"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture(scope="session")
def read_operators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the operators' catalog was read once, for all tests."""
    folder = tmp_path_factory.mktemp("catalogs")
    (folder / "my_operators.py").write_text(OPERATORS)
    spec = folder / "one.yaml"
    spec.write_text(STUDY.format(name="one", items=[1, 2]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Workspace.open(spec)
    return folder / ".heldout" / "catalogs"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_operators: Path) -> Folder:
    monkeypatch.chdir(tmp_path)
    Path("my_operators.py").write_text(OPERATORS)
    shutil.copytree(read_operators, tmp_path / ".heldout" / "catalogs")
    return Folder(tmp_path)
