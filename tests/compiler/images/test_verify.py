import json
from dataclasses import replace

import pytest

from heldout.compiler.images import inputs
from heldout.compiler.images.build import build
from heldout.compiler.images.pins import Sif, read_pins
from heldout.compiler.images.verify import verify


@pytest.fixture
def pin(daemon, progress):
    return build(daemon, "cpu", read_pins(), progress, "base:1")


def differences(daemon, pin, progress):
    return {each.what: each for each in verify(daemon, "cpu", pin, read_pins().folder, progress)}


def test_nothing_differs_in_what_was_just_built(daemon, pin, progress):
    assert verify(daemon, "cpu", pin, read_pins().folder, progress) == []


def test_a_layer_that_changed_on_the_disk_is_found(docker, daemon, pin, progress):
    image = docker.find(pin.image_id)
    before = image.layers[0]
    image.layers[0] = before.replace(b"a shell", b"a snail")
    found = differences(daemon, pin, progress)
    assert set(found) == {"layer 1 of 3"}
    assert found["layer 1 of 3"].pinned == json.loads(image.config)["rootfs"]["diff_ids"][0]


def test_an_image_that_has_gone_is_missing(docker, daemon, pin, progress):
    del docker.images[pin.image_id]
    assert set(differences(daemon, pin, progress)) == {"image"}


def test_another_image_under_the_pin_is_found(docker, daemon, pin, progress):
    other = replace(pin, image_id=docker.find("base:1").id)
    found = differences(daemon, other, progress)
    assert {"label heldout.image", "label heldout.recipe", "file"} <= set(found)
    assert found["label heldout.recipe"].found == "absent"


def test_sources_that_changed_since_are_named(daemon, pin, progress, monkeypatch):
    changed = {
        **inputs.runtime_files(),
        "heldout/runtime/device.py": b"# changed\n",
        "heldout/runtime/new.py": b"",
    }
    monkeypatch.setattr(inputs, "runtime_files", lambda: changed)
    found = verify(daemon, "cpu", pin, read_pins().folder, progress)
    assert {each.what for each in found} >= {"recipe", "file"}
    files = {each.pinned: each.found for each in found if each.what == "file"}
    assert files["heldout/runtime/device.py"] == "differs here"
    assert files["heldout/runtime/new.py"] == "is only here"


def test_another_catalog_is_named(daemon, pin, progress):
    assert "catalog" in differences(daemon, replace(pin, catalog="sha256:other"), progress)


def test_a_sif_file_is_hashed_again(daemon, pin, progress, tmp_path):
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"image")
    # sha256 of b"image", from coreutils' sha256sum
    right = "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d"
    assert verify(daemon, "cpu", replace(pin, sif=Sif(path, right)), read_pins().folder, progress) == []
    path.write_bytes(b"other")
    assert set(differences(daemon, replace(pin, sif=Sif(path, right)), progress)) == {"sif"}
    path.unlink()
    assert (
        "there is no file" in differences(daemon, replace(pin, sif=Sif(path, right)), progress)["sif"].found
    )


def test_a_bill_of_materials_that_was_edited_is_found(daemon, pin, progress):
    (read_pins().folder / "cpu.cdx.json").write_text("{}")
    assert set(differences(daemon, pin, progress)) == {"bill of materials"}
