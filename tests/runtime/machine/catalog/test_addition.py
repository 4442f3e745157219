"""What is added to a catalog is what a catalog of everything says of it."""

from pathlib import Path

import pytest

from heldout.runtime.machine.catalog.addition import add_operators
from heldout.runtime.machine.catalog.build import build_catalog

COMPONENTS = Path(__file__).with_name("every_hint.py")

KIND = """
class {name}(Artifact):
    \"\"\"A sound.\"\"\"

    large = True

    def save(self, folder: Path) -> None: ...

    @classmethod
    def load(cls, folder: Path) -> "{name}": ...
"""
OPERATOR = """
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from heldout.runtime.artifacts import Artifact, Dataset, Table
from heldout.runtime.component import Choice
from heldout.runtime.operator import Metrics, operator

{kind}

@operator(formerly=["{formerly}"])
def hear(
    data: Dataset, sounds: list[{name}], *, method: Annotated[str | dict[str, Any], Choice("objectives")]
) -> Annotated[Table, Metrics("loudness")]:
    \"\"\"Hear.

    Args:
        data: examples.
        sounds: of them.
        method: how.
    \"\"\"
    return Table.of({{"loudness": float(np.mean([0.0]))}})
"""


def written(path, name="AddedSound", formerly="old-added/listen", kind=KIND):
    path.write_text(OPERATOR.format(kind=kind.format(name=name), name=name, formerly=formerly))
    return path


@pytest.fixture(scope="module")
def shipped():
    return build_catalog()


@pytest.mark.slow
def test_what_comes_out_is_what_is_built_from_nothing(shipped, tmp_path):
    file = written(tmp_path / "added_sounds.py")
    assert (added := add_operators(shipped, [file])) == build_catalog([file])
    assert added["digest"] != shipped["digest"]
    assert set(added["operators"]) - set(shipped["operators"]) == {"added-sounds/hear"}
    assert added["aliases"]["old-added/listen"] == "added-sounds/hear"
    assert set(added["kinds"]) - set(shipped["kinds"]) == {"AddedSound"}


@pytest.mark.slow
def test_operators_that_choose_a_component_list_one_that_is_added(shipped):
    added = add_operators(shipped, [COMPONENTS])
    assert "every-kind" in added["components"]
    assert added == build_catalog([COMPONENTS])


@pytest.mark.slow
def test_what_is_there_already_is_not_declared_again(shipped, tmp_path):
    with pytest.raises(ValueError, match="would both be the kind of artifact 'Model': rename one"):
        add_operators(shipped, [written(tmp_path / "added_models.py", name="Model")])
    with pytest.raises(ValueError, match="formerly 'train/classifier', which is the name of another one"):
        add_operators(shipped, [written(tmp_path / "added_names.py", "AddedName", "train/classifier")])
