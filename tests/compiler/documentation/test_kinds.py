from heldout.compiler.catalog import Catalog, Kind
from heldout.compiler.documentation.kinds import FACTS, kinds_text, subtypes_text


def test_a_row_for_each_kind_with_what_stands_on_its_class():
    kinds = {
        "Note": {"summary": "A note.", "large": True, "hides_labels": True},
        "Curve": {"summary": "A * b.", "extends": ["Table", "Sheet"]},
    }
    catalog = Catalog(heldout=1, digest="", operators={}, components={}, kinds=kinds)
    assert kinds_text(catalog).splitlines()[2:] == [
        r"| **Curve** | A \* b. | is a Table, a Sheet |",
        "| **Note** | A note. | archives may leave it out; can be given without its labels |",
    ]


def test_there_are_words_for_every_fact():
    assert set(FACTS) == Kind.model_fields.keys() - {"summary", "extends", "subtypes"}


def test_a_row_for_each_subtype():
    kinds = {"Note": {"subtypes": {"rhymes": "They sound alike."}}, "Curve": {}}
    catalog = Catalog(heldout=1, digest="", operators={}, components={}, kinds=kinds)
    assert subtypes_text(catalog).splitlines()[2:] == ["| Note | **rhymes** | They sound alike. |"]
