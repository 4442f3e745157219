"""Generated pages are fresh, and generated from all that there is."""

from pathlib import Path

import pytest

from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.documentation import documentation_files, write_documentation
from heldout.compiler.documentation.files import FOLDERS, pages_with_blocks
from heldout.compiler.documentation.markdown import body, section, table, type_text

ROOT = Path(__file__).parents[3]
DOC = """Train a model.

A & B 2021, "A paper", section 3: 2 * n < 3 `a * b`.
Differs from the paper: nothing.

Args:
    steps: how many.

Returns:
    model: trained.

Raises:
    ValueError: it is wrong,
        really.
"""
OPERATOR = {
    "summary": "Train a model.",
    "doc": DOC,
    "ports": {"data": {"kind": "Dataset", "gathered": True, "use": "trains", "description": "rows | rows."}},
    "parameters": {
        "steps": {
            "schema": {"type": "integer", "minimum": 1, "default": 3, "description": "how many."},
            "prior": {"name": "logintegers", "arguments": [1, 10]},
        },
        "objective": {"schema": {"default": "erm"}, "choice": "objectives"},
    },
    "outputs": {"model": {"kind": "Model", "description": "trained."}, "same": {"same_as": "data"}},
    "first": "model",
    "digest": "sha256:0",
}
CATALOG = Catalog.model_validate(
    {
        "heldout": 1,
        "digest": "sha256:0",
        "operators": {"train/model": OPERATOR},
        "components": {
            "objectives": {"erm": {"summary": "ERM.", "doc": "ERM.", "digest": "sha256:0"}},
        },
        "kinds": {"Dataset": {"summary": "Examples."}, "Model": {"summary": "A model."}},
    }
)


def test_the_pages_are_fresh():
    catalog = load_catalog()
    files = documentation_files(catalog) | pages_with_blocks(ROOT, catalog)
    assert {"ARCHITECTURE.md", "docs/glossary.md"} <= files.keys()
    stale = [path for path, text in files.items() if (ROOT / path).read_text() != text]
    assert stale == [], "run: make docs"


def test_the_folders_hold_no_other_page():
    there = {p.relative_to(ROOT).as_posix() for folder in FOLDERS for p in (ROOT / folder).glob("*.md")}
    generated = documentation_files(load_catalog())
    assert there == {path for path in generated if path.startswith(tuple(f"{f}/" for f in FOLDERS))}


def test_every_operator_and_component_is_on_a_page():
    catalog = load_catalog()
    files = documentation_files(catalog)
    for name in catalog.operators:
        assert f"\n## {name}\n" in files[f"docs/operators/{name.split('/')[0]}.md"]
        assert f"[`{name}`]" in files["docs/operators.md"]
    for kind, components in catalog.components.items():
        for name in components:
            assert f"\n## {name}\n" in files[f"docs/components/{kind}.md"]


def test_a_page_of_an_operator():
    page = documentation_files(CATALOG)["docs/operators/train.md"]
    assert "train/model(data: Dataset…) -> model: Model, same: as data" in page
    assert r"| `data` | list of Dataset | learns from it | rows \| rows. |" in page
    searched = "how many. Searched by default as `logintegers: [1, 10]`."
    assert f"| `steps` | integer ≥ 1 | `3` | {searched} |" in page
    assert '| `objective` | one of the [objectives](../components/objectives.md) | `"erm"` |  |' in page
    assert "| `same` | as `data` |  |" in page
    assert "*Fails with* ValueError: it is wrong, really." in page


def test_a_page_of_components_says_who_chooses_them():
    assert (
        "Chosen by `objective` of `train/model`"
        in documentation_files(CATALOG)["docs/components/objectives.md"]
    )


def test_writing_removes_pages_of_operators_that_are_gone(tmp_path: Path):
    old = tmp_path / "docs/operators/gone.md"
    old.parent.mkdir(parents=True)
    old.write_text("of old")
    changed = write_documentation(tmp_path, CATALOG)
    assert "docs/operators/gone.md" in changed and not old.exists()
    assert (tmp_path / "docs/operators/train.md").is_file()
    assert write_documentation(tmp_path, CATALOG) == []


def test_docstrings_as_markdown():
    assert body(DOC) == (
        'Train a model.\n\nA & B 2021, "A paper", section 3: 2 \\* n \\< 3 `a * b`.\n\n'
        "*Differs from the paper:* nothing."
    )
    assert section(DOC, "Returns") == "model: trained."
    assert section(DOC, "Yields") == ""
    assert table(["A"], []) == ""


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer"}, "integer"),
        ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, "number ≥ 0, < 1"),
        ({"enum": ["a", "b"]}, "`a` or `b`"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or nothing"),
        ({"type": "array", "items": {"type": "number"}}, "list of number"),
        ({"type": "array", "items": [{"type": "number"}, {"type": "string"}]}, "list of number, text"),
        ({"type": "array", "items": {}}, "list"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "mapping to integer"),
        ({"type": ["object", "null"]}, "mapping or nothing"),
        ({}, "any value"),
    ],
)
def test_types_in_words(schema: dict, text: str):
    assert type_text(schema) == text


def test_a_glossary_that_lies_there_has_the_kinds_of_the_catalog(tmp_path: Path):
    page = tmp_path / "docs/glossary.md"
    page.parent.mkdir()
    subtypes = "<!-- subtypes: generated by make docs -->\n<!-- /subtypes -->\n"
    page.write_text(f"{subtypes}<!-- kinds: generated by make docs -->\nold\n<!-- /kinds -->\nMore.\n")
    assert "docs/glossary.md" in write_documentation(tmp_path, CATALOG)
    assert page.read_text().splitlines()[-4:-2] == [
        "| **Dataset** | Examples. |  |",
        "| **Model** | A model. |  |",
    ]
    assert page.read_text().endswith("<!-- /kinds -->\nMore.\n")


def test_a_page_says_what_something_was_called_before():
    aliases = {"fit/model": "train/model", "objectives/plain": "objectives/erm"}
    files = documentation_files(CATALOG.model_copy(update={"aliases": aliases}))
    assert "## train/model\n\nFormerly `fit/model`.\n\n" in files["docs/operators/train.md"]
    assert "## erm\n\nFormerly `objectives/plain`.\n\n" in files["docs/components/objectives.md"]
