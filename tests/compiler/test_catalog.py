import json
from typing import get_args, get_type_hints

import pytest

from heldout.compiler import catalog as catalog_module
from heldout.compiler.catalog import ANY, Catalog, CatalogError, load_catalog
from heldout.compiler.syntax.prior import PRIORS
from heldout.runtime.operator import Prior, Role, Use


@pytest.fixture
def written(tmp_path, catalog):
    """Writes a catalog with some of its parts replaced, and reads it."""

    def write(**parts: object) -> Catalog:
        path = tmp_path / "catalog.json"
        operator = {"outputs": {"note": {"kind": "Note"}}, "first": "note", "digest": "sha256:0"}
        whole = {"heldout": 1, "digest": "sha256:0", "components": {}, "operators": {"a/note": operator}}
        path.write_text(json.dumps(whole | parts))
        return load_catalog(path)

    return write


def test_a_kind_of_which_nothing_is_said_is_refused(written):
    with pytest.raises(CatalogError, match="a/note takes or gives a Note, a kind that is not declared"):
        written(kinds={"Table": {}})
    assert written(kinds={"Note": {}}).kind("Note").large is False


def test_kinds_are_what_they_extend(written):
    kinds = {"Note": {"extends": ["Table"], "large": True}, "Table": {"holds_metrics": True}}
    found = written(kinds=kinds)
    assert found.is_a("Note", "Table") and found.is_a("Note", "Note") and found.is_a("Note", ANY)
    assert not found.is_a("Table", "Note") and not found.is_a(ANY, "Table")
    assert found.large_kinds == {"Note"}


def test_closed_sets_are_those_of_the_runtime_and_of_the_language():
    assert set(get_args(catalog_module.Use)) == {use.value for use in Use}
    assert set(get_args(catalog_module.Role)) == {role.value for role in Role}
    priors = set(get_args(catalog_module.PriorName))
    assert priors == set(get_args(get_type_hints(Prior)["name"])) == set(PRIORS)


def test_a_use_that_the_compiler_does_not_know_is_refused(written):
    operator = {"outputs": {"note": {"kind": "Note"}}, "first": "note", "digest": "sha256:0"}
    operators = {"a/note": operator | {"ports": {"text": {"kind": "Note", "use": "peeks"}}}}
    with pytest.raises(CatalogError, match="peeks"):
        written(kinds={"Note": {}}, operators=operators)


def test_a_catalog_is_parsed_once_a_process_and_again_where_its_text_has_changed(written, tmp_path):
    first = written(kinds={"Note": {}})
    assert load_catalog(tmp_path / "catalog.json") is first
    assert written(kinds={"Note": {"large": True}}).large_kinds == {"Note"}
