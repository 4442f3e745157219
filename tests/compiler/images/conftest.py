"""What the tests of images share: pins of their own, and an engine."""

import shutil

import pytest

from heldout.compiler.images import inputs, recipe
from heldout.compiler.images.daemon import connect


class Told:
    """What was told of the progress."""

    def __init__(self):
        self.steps, self.amounts = [], []

    def step(self, text):
        self.steps.append(text)

    def amount(self, done, total):
        self.amounts.append((done, total))


@pytest.fixture
def progress():
    return Told()


@pytest.fixture(autouse=True)
def pins(tmp_path, monkeypatch):
    """The file of pins of one test."""
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "pins" / "images.json"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path / "pins" / "images.json"


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Images of two files and one wheel: what is built in a test is built in no time."""
    package = tmp_path / "sources" / "heldout"
    (package / "runtime").mkdir(parents=True)
    for name in ("__init__.py", "runtime/__init__.py", "runtime/device.py"):
        shutil.copy(inputs.PACKAGE / name, package / name)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"one==1.0 \\\n    --hash=sha256:{'a' * 64}\n")
    shipped = recipe.shipped
    monkeypatch.setattr(inputs, "PACKAGE", package)
    monkeypatch.setattr(
        recipe, "shipped", lambda name: requirements if name.startswith("requirements.") else shipped(name)
    )


@pytest.fixture
def daemon(docker, small):
    return connect()
