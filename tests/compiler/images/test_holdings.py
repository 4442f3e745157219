import json
from dataclasses import replace

import pytest

from heldout.compiler.catalog import load_catalog, shipped
from heldout.compiler.digests import Other, digests_of, in_words
from heldout.compiler.images.holdings import (
    Holdings,
    holdings_of,
    holdings_path,
    holdings_text,
    read_holdings,
)
from heldout.compiler.images.pins import Pin, Pins, read_pins, write_pin

HELD = Holdings(1, "sha256:c", {"train/a": "1", "train/b": "2"}, {"objectives/c": "3"})
PIN = Pin("heldout/cpu", "sha256:1", None, "sha256:2", "sha256:c", "python@sha256:4", holds=HELD)


def test_what_a_catalog_says_is_read_from_its_bytes():
    held = holdings_of(shipped("catalog.json").read_bytes())
    catalog = load_catalog()
    assert held.digests == digests_of(catalog)
    assert (held.language, held.catalog) == (catalog.heldout, catalog.digest)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"heldout": 1, "digest": "d", "operators": {"a": 1}, "components": {}}', "[" * 9999],
)
def test_what_is_no_catalog_is_named(text):
    with pytest.raises(ValueError, match="no catalog"):
        holdings_of(text.encode())


def test_only_what_a_study_uses_can_be_lacking():
    assert HELD.lacks({"train/a": "1", "objectives/c": "3"}) == ()
    used = {"train/a": "1", "train/b": "other", "train/new": "4"}
    assert HELD.lacks(used) == (Other("train/b", False), Other("train/new", True))


def test_a_library_of_another_version_is_lacking_where_it_is_known():
    used = {"train/a": "1", "libraries/torch": "2.14"}
    assert HELD.lacks(used) == ()  # built before versions counted
    held = replace(HELD, libraries={"torch": "2.13"})
    assert held.lacks(used) == (Other("libraries/torch", False),)
    assert in_words(held.lacks(used), "in it") == "torch is another version"


def test_it_lies_beside_the_pins_and_comes_with_them(pins):
    write_pin(pins, "cpu", PIN)
    assert read_pins().get("cpu") == PIN
    path = holdings_path(Pins(pins).folder, "cpu")
    assert path == pins.parent / "images" / "cpu.catalog.json"
    assert "holds" not in json.loads(pins.read_text())["cpu"]


def test_of_another_image_it_says_nothing(pins):
    """An image was pinned by a heldout that does not write it down."""
    write_pin(pins, "cpu", PIN)
    write_pin(pins, "cpu", replace(PIN, catalog="sha256:other", holds=None))
    assert read_pins().get("cpu").holds is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"language": "x"}', "[" * 9999])
def test_a_damaged_file_says_nothing(tmp_path, text):
    path = tmp_path / "cpu.catalog.json"
    assert read_holdings(path, "sha256:c") is None
    path.write_text(text)
    assert read_holdings(path, "sha256:c") is None
    path.write_text(holdings_text(HELD))
    assert read_holdings(path, "sha256:c") == HELD
