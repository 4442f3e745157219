import pytest

import heldout.runtime.artifacts
from heldout.runtime.artifacts import Artifact, Dataset, Table
from heldout.runtime.artifacts.kinds import extended_by, kind_called, package_kinds
from heldout.runtime.lookup import register_file

NOTE = """
from heldout.runtime.artifacts import Artifact, Table

class Note(Artifact):
    large = True

    def save(self, folder): ...

    @classmethod
    def load(cls, folder): ...
"""
OPERATOR = """
from heldout.runtime.operator import operator

@operator
def write() -> Note: ...
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder whose modules count as the package's."""
    path = [*heldout.runtime.artifacts.__path__, str(tmp_path)]
    monkeypatch.setattr(heldout.runtime.artifacts, "__path__", path)
    package_kinds.cache_clear()
    yield tmp_path
    package_kinds.cache_clear()


def test_the_kinds_of_the_package():
    names = {"Dataset", "Estimates", "Graph", "Model", "Predictions", "Scalar", "Table", "Trajectory"}
    assert set(package_kinds()) == names
    assert kind_called("Dataset") is Dataset


def test_a_new_module_is_found_without_being_named(folder):
    (folder / "pencil_note.py").write_text(NOTE.replace("Note", "PencilNote"))
    assert package_kinds()["PencilNote"].large
    assert kind_called("PencilNote").__module__ == "heldout.runtime.artifacts.pencil_note"


def test_a_kind_of_a_users_file(tmp_path):
    (tmp_path / "sticky_notes.py").write_text((NOTE + OPERATOR).replace("Note", "StickyNote"))
    with pytest.raises(ValueError, match="no kind of artifact called 'StickyNote'"):
        kind_called("StickyNote")
    register_file(tmp_path / "sticky_notes.py")
    assert kind_called("StickyNote").large
    assert "StickyNote" not in package_kinds()


def test_what_leaves_its_files_to_others_is_no_kind():
    class Written(Artifact): ...

    class Letter(Written):
        def save(self, folder): ...

        @classmethod
        def load(cls, folder): ...

    assert kind_called("Letter") is Letter
    with pytest.raises(ValueError, match="'Written'"):
        kind_called("Written")
    assert extended_by(Letter) == ()


def test_what_a_kind_extends():
    class Curve(Table): ...

    assert extended_by(Curve) == (Table,)
    assert Curve.holds_metrics
