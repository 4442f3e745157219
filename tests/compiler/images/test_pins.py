import json
from pathlib import Path

import pytest

from heldout.compiler.images.pins import (
    PINS,
    Pin,
    PinError,
    Pins,
    Sif,
    pins_path,
    read_pins,
    repinned,
    write_pin,
)

DIGEST = f"sha256:{'d' * 64}"
PIN = Pin("heldout/cpu", "sha256:1", None, "sha256:2", "sha256:3", "python@sha256:4")


def test_what_was_never_built_has_no_pin(pins):
    assert read_pins().get("cpu") is None
    assert read_pins() == Pins(pins)


def test_a_pin_is_read_as_it_was_written(pins):
    write_pin(pins, "cpu", PIN)
    other = repinned(PIN, "localhost:5000/heldout/cuda", DIGEST)
    write_pin(pins, "cuda", other)
    assert read_pins().known == read_pins(pins).known == {"cpu": PIN, "cuda": other}
    assert json.loads(pins.read_text())["cpu"] == {
        "repository": "heldout/cpu",
        "image_id": "sha256:1",
        "digest": None,
        "recipe": "sha256:2",
        "catalog": "sha256:3",
        "base": "python@sha256:4",
        "sif": None,
    }


def test_a_container_has_a_digest_or_is_none():
    assert PIN.container is PIN.reference is None
    pushed = repinned(PIN, "localhost:5000/heldout/cpu", DIGEST)
    assert pushed.container == f"docker://localhost:5000/heldout/cpu@{DIGEST}"


def test_the_folder_of_pins_can_be_moved_with_its_files(pins, monkeypatch):
    write_pin(pins, "cpu", Pin(**{**vars(PIN), "sif": Sif(pins.parent / "images" / "cpu.sif", "sha256:5")}))
    assert json.loads(pins.read_text())["cpu"]["sif"]["path"] == "images/cpu.sif"
    moved = pins.parent.rename(pins.parent.with_name("moved"))
    monkeypatch.setenv("HELDOUT_IMAGES", str(moved / "images.json"))
    assert read_pins().get("cpu").sif.path == moved / "images" / "cpu.sif"


def test_the_file_lies_in_the_project_by_default(monkeypatch):
    monkeypatch.delenv("HELDOUT_IMAGES")
    assert pins_path() == PINS == Path(".heldout/images.json")


@pytest.mark.parametrize("text", ["", "[1]", "{}x", '{"cpu": {}}', '{"cpu": 1}'])
def test_a_damaged_file_is_named_and_left_alone(pins, text):
    pins.parent.mkdir()
    pins.write_text(text)
    with pytest.raises(PinError, match=r"images\.json is no file of pins"):
        read_pins()
    with pytest.raises(PinError):
        write_pin(pins, "cpu", PIN)
    assert pins.read_text() == text


def test_what_was_pinned_since_they_were_read_stays(pins):
    """Reading is done once, by a command that may take minutes; another one may be done before it."""
    early = read_pins()
    write_pin(pins, "cuda", PIN)
    write_pin(early.path, "cpu", PIN)
    assert early.known == {}
    assert set(read_pins().known) == {"cpu", "cuda"}
