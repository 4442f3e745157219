import pytest

from heldout.runtime.artifacts import Artifact, Dataset, Table
from heldout.runtime.machine.catalog.kinds import kind_entries
from heldout.runtime.operator import operator

PLAIN = {
    "extends": [],
    "hides_labels": False,
    "large": False,
    "heavy": False,
    "holds_rows": False,
    "holds_metrics": False,
    "is_number": False,
}


def declared(name: str, base: type[Artifact] = Artifact, **more: object) -> type[Artifact]:
    """A kind that an operator's own file might declare."""
    body = {"save": lambda self, folder: None, "load": classmethod(lambda cls, folder: cls()), **more}
    return type(name, (base,), {"__doc__": f"A {name.lower()}. And more.", "__module__": "mine", **body})


def giving(kind: type[Artifact]):
    def make(): ...

    make.__annotations__["return"] = kind
    return operator(make)


def test_what_is_said_of_the_kinds_of_the_package():
    found = {name: entry | {"summary": ""} for name, entry in kind_entries([]).items()}
    told = {name: entry.pop("subtypes", {}) for name, entry in found.items()}
    assert told["Dataset"]["images"].startswith("Pictures in `x`") and not told["Scalar"]
    plain = PLAIN | {"summary": ""}
    data = plain | {"hides_labels": True, "large": True, "heavy": True, "holds_rows": True}
    model = plain | {"large": True, "heavy": True}
    assert found == {
        "Dataset": data,
        "Estimates": plain | {"hides_labels": True},
        "Graph": data,
        "Model": model,
        "Predictions": plain | {"hides_labels": True},
        "Scalar": plain | {"is_number": True},
        "Table": plain | {"holds_metrics": True},
        "Trajectory": model,
    }
    assert kind_entries([])["Trajectory"]["summary"] == "A model at several steps of its training."


def test_what_is_said_of_a_kind_that_an_operator_gives():
    note = declared("Note", large=True, without_labels=lambda self: self)
    entry = kind_entries([giving(note)])["Note"]
    assert entry == PLAIN | {"summary": "A note.", "large": True, "hides_labels": True}


def test_a_kind_has_the_facts_of_what_it_extends():
    sketch = declared("Sketch", Dataset, large=False)
    entry = kind_entries([giving(sketch)])["Sketch"]
    assert (entry["extends"], entry["holds_rows"], entry["large"]) == (["Dataset"], True, False)
    assert "images" in entry["subtypes"]
    between = declared("Finer", declared("Fine", Table))
    assert kind_entries([giving(between)])["Finer"]["extends"] == ["Fine", "Table"]
    assert "Fine" in kind_entries([giving(between)])


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"dataset\.Dataset and mine\.Dataset would both be the kind"):
        kind_entries([giving(declared("Dataset"))])
    with pytest.raises(ValueError, match=r"mine\.Note and mine\.Note"):
        kind_entries([giving(declared("Note")), giving(declared("Note"))])


def test_what_holds_metrics_is_read_as_a_table():
    with pytest.raises(ValueError, match=r"mine\.Note holds metrics: it must extend Table"):
        kind_entries([giving(declared("Note", holds_metrics=True))])


def test_a_kind_of_the_package_has_its_place():
    note = declared("Note", __module__="heldout.runtime.operators.data.notes")
    with pytest.raises(ValueError, match="its place is runtime/artifacts"):
        kind_entries([giving(note)])
