"""The image of an archive."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from heldout.compiler.archive import contents
from heldout.compiler.archive.image import NoImage, archived_image
from heldout.compiler.images.holdings import Holdings, read_holdings
from heldout.compiler.images.pins import Pin, Pins, Sif

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def pins(tmp_path: Path) -> Pins:
    """Of an image that was pushed and made into a SIF, with a bill of materials."""
    (tmp_path / "images").mkdir()
    sif = tmp_path / "images" / "cpu.sif"
    sif.write_bytes(b"squashed")
    (tmp_path / "images" / "cpu.cdx.json").write_text('{"bomFormat": "CycloneDX"}')
    checksum = hashlib.sha256(b"squashed").hexdigest()
    pin = Pin("heldout/cpu", DIGEST, DIGEST, DIGEST, DIGEST, "base", Sif(sif, f"sha256:{checksum}"))
    return Pins(tmp_path / "images.json", {"cpu": pin})


def test_an_image_that_was_never_built_is_only_named():
    image = archived_image("cpu", Pins(), None)
    nothing = {"pin": None, "file": None, "bill_of_materials": None, "holds": None}
    assert image.about == {"name": "cpu", **nothing}
    assert list(image.files) == ["image/image.json"]


def test_without_its_file_the_digests_and_the_bill_of_materials_are_kept(pins: Pins):
    image = archived_image("cpu", pins, None)
    assert image.about["pin"]["digest"] == DIGEST
    assert image.about["file"] is None
    assert sorted(image.files) == ["image/cpu.cdx.json", "image/image.json"]
    content = image.files["image/image.json"]
    assert isinstance(content, bytes) and json.loads(content) == image.about
    assert (
        str(pins.get("cpu").sif.path.parent) not in content.decode()
    )  # where it lies here is nobody's business


def test_the_pinned_sif_or_a_file_is_put_in(pins: Pins, tmp_path: Path):
    checksum = hashlib.sha256(b"squashed").hexdigest()
    assert archived_image("cpu", pins, "sif").about["file"] == {"path": "image/cpu.sif", "sha256": checksum}
    (tmp_path / "saved.tar").write_bytes(b"layers")
    saved = archived_image("cpu", pins, str(tmp_path / "saved.tar"))
    assert saved.files["image/cpu.tar"] == tmp_path / "saved.tar"


def test_what_it_holds_is_put_in_where_that_is_known(pins: Pins, tmp_path: Path):
    assert archived_image("cpu", pins, None).about["holds"] is None
    held = Holdings(1, DIGEST, {"train/a": "1"}, {"objectives/b": "2"})
    known = Pins(pins.path, {"cpu": replace(pins.known["cpu"], holds=held)})
    image = archived_image("cpu", known, None)
    written = image.files["image/cpu.catalog.json"]
    checksum = hashlib.sha256(written).hexdigest()
    assert image.about["holds"] == {"path": "image/cpu.catalog.json", "sha256": checksum}
    assert contents.is_known("image/cpu.catalog.json")
    (tmp_path / "kept.json").write_bytes(written)
    assert read_holdings(tmp_path / "kept.json", DIGEST) == held


def test_a_file_that_is_not_there_or_another_one_is_refused(pins: Pins, tmp_path: Path):
    for wanted in (str(tmp_path / "gone.sif"), str(tmp_path / "images.json"), str(tmp_path)):
        with pytest.raises(NoImage, match="is no SIF"):
            archived_image("cpu", pins, wanted)
    with pytest.raises(NoImage, match="there is no SIF"):
        archived_image("cpu", Pins(), "sif")
    pins.get("cpu").sif.path.write_bytes(b"another")
    with pytest.raises(NoImage, match="its checksum is another"):
        archived_image("cpu", pins, "sif")
