import json
from dataclasses import replace

import pytest

from heldout.compiler.images import context, inputs
from heldout.compiler.images.build import build
from heldout.compiler.images.inputs import own_holdings
from heldout.compiler.images.pins import Sif, read_pins
from heldout.compiler.images.verify import verify


@pytest.fixture
def pin(daemon, progress):
    return build(daemon, "cpu", read_pins(), progress, "base:1")


def differences(daemon, pin, progress):
    found = verify(daemon, "cpu", pin, read_pins().folder, progress)
    return {each.what: each for each in found.differences}


def test_nothing_differs_in_what_was_just_built(daemon, pin, progress):
    found = verify(daemon, "cpu", pin, read_pins().folder, progress)
    assert (found.differences, found.notes) == ((), ())
    assert found.holds == pin.holds == own_holdings()


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


def test_sources_that_changed_since_are_no_fault_of_the_image(daemon, pin, progress, monkeypatch):
    changed = {**inputs.runtime_files(), "heldout/runtime/new.py": b""}
    monkeypatch.setattr(inputs, "runtime_files", lambda: changed)
    found = verify(daemon, "cpu", pin, read_pins().folder, progress)
    assert found.differences == ()
    assert found.notes == (f"its recipe is {pin.recipe}, and that of this heldout is another",)


def test_files_that_the_same_recipe_would_not_put_there_are_named(daemon, pin, progress, monkeypatch):
    """The recipe is as it was; the image has a file that differs, one that it lacks, and one too many."""
    files = {
        **inputs.image_files("cpu"),
        "heldout/runtime/device.py": b"# changed\n",
        "heldout/runtime/new.py": b"",
    }
    del files["requirements.txt"]
    monkeypatch.setattr(context, "image_files", lambda name: files)
    found = verify(daemon, "cpu", pin, read_pins().folder, progress).differences
    assert {each.pinned: each.found for each in found if each.what == "file"} == {
        "heldout/runtime/device.py": "differs here",
        "heldout/runtime/new.py": "is only here",
        "requirements.txt": "is only in the image",
    }


def test_another_catalog_than_the_pin_says_is_named(daemon, pin, progress):
    found = differences(daemon, replace(pin, catalog="sha256:other", holds=None), progress)
    assert (found["catalog"].pinned, found["catalog"].found) == ("sha256:other", pin.catalog)
    assert found["label heldout.catalog"].found == pin.catalog


def test_what_was_written_down_of_the_catalog_must_be_what_is_inside(daemon, pin, progress):
    more = replace(pin.holds, operators={**pin.holds.operators, "train/new": "sha256:new"})
    found = differences(daemon, replace(pin, holds=more), progress)
    assert set(found) == {"catalog"}
    assert "cpu.catalog.json differs" in found["catalog"].found


def test_a_pin_that_does_not_say_what_its_image_holds_learns_it(daemon, pin, progress):
    found = verify(daemon, "cpu", replace(pin, holds=None), read_pins().folder, progress)
    assert found.differences == ()
    assert found.holds == pin.holds


def test_a_sif_file_is_hashed_again(daemon, pin, progress, tmp_path):
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"image")
    # sha256 of b"image", from coreutils' sha256sum
    right = "sha256:6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d"
    assert differences(daemon, replace(pin, sif=Sif(path, right)), progress) == {}
    path.write_bytes(b"other")
    assert set(differences(daemon, replace(pin, sif=Sif(path, right)), progress)) == {"sif"}
    path.unlink()
    assert (
        "there is no file" in differences(daemon, replace(pin, sif=Sif(path, right)), progress)["sif"].found
    )


def test_a_bill_of_materials_that_was_edited_is_found(daemon, pin, progress):
    (read_pins().folder / "cpu.cdx.json").write_text("{}")
    assert set(differences(daemon, pin, progress)) == {"bill of materials"}
