import json
import shutil
import subprocess

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.images import inputs
from heldout.compiler.images.inputs import (
    catalog_digest,
    digest_of,
    image_files,
    is_current,
    launcher,
    recipe_digest,
    runtime_files,
)
from heldout.compiler.images.pins import Pin
from heldout.compiler.images.recipe import load_images


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    """A copy of two files of the runtime, with what editors and Python leave beside them."""
    folder = tmp_path / "heldout" / "runtime"
    (folder / "__pycache__").mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    (folder.parent / "_version.py").write_text("__version__ = '1.0.post1.dev3+g1234567'\n")
    shutil.copy(inputs.PACKAGE / "runtime/__init__.py", folder)
    shutil.copy(inputs.PACKAGE / "runtime/device.py", folder)
    (folder / "__pycache__" / "device.cpython-311.pyc").write_bytes(b"byte-code")
    (folder / ".device.py.swp").write_bytes(b"an editor's")
    monkeypatch.setattr(inputs, "PACKAGE", folder.parent)
    return folder


def test_the_runtime_is_copied_and_nothing_else(runtime):
    assert sorted(runtime_files()) == [
        "heldout/__init__.py",
        "heldout/runtime/__init__.py",
        "heldout/runtime/device.py",
    ]


def test_an_image_holds_runtime_catalog_and_requirements():
    files = image_files("cpu")
    assert json.loads(files["containers/catalog.json"])["digest"] == catalog_digest()
    assert catalog_digest() == load_catalog().digest
    assert {
        "heldout/__init__.py",
        "heldout/runtime/__main__.py",
        "requirements.txt",
        "bin/python",
    } <= files.keys()
    assert not any(path.startswith("heldout/compiler/") for path in files)


def test_the_launcher_passes_all_on(tmp_path):
    program = tmp_path / "python"
    program.write_bytes(launcher("/bin/echo"))
    program.chmod(0o755)
    said = subprocess.run([program, "-c", "a b", "$HOME"], capture_output=True, text=True, check=True)
    assert said.stdout == "-c a b $HOME\n"


def test_the_recipe_changes_with_all_that_goes_in(runtime):
    first = recipe_digest("cpu")
    assert first == recipe_digest("cpu")
    assert first == recipe_digest("cpu", load_images()["cpu"].base.reference)
    (runtime.parent / "_version.py").write_text("__version__ = '2.0'\n")  # another commit is no other recipe
    assert recipe_digest("cpu") == first
    assert recipe_digest("cuda") != first
    assert recipe_digest("cpu", f"sha256:{'1' * 64}") != first
    (runtime / "device.py").write_text("# other\n")
    second = recipe_digest("cpu")
    assert second != first
    (runtime / "device.py").rename(runtime / "moved.py")
    assert recipe_digest("cpu") not in (first, second)


def test_a_pin_is_current_on_the_base_that_it_was_built_on():
    other = f"sha256:{'1' * 64}"
    pin = Pin("heldout/cpu", "sha256:2", None, recipe_digest("cpu", other), "sha256:3", other)
    assert is_current("cpu", pin)
    assert not is_current("cpu", Pin("heldout/cpu", "sha256:2", None, pin.recipe, "sha256:3", "sha256:4"))


def test_a_digest_knows_which_bytes_are_whose():
    assert digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"})
    assert digest_of({"a": b"1", "b": b"2"}) != digest_of({"a": b"2", "b": b"1"})
