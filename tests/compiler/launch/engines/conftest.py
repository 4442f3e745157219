"""What the tests of engines share: a script in an engine's place, and a pin of an image."""

import hashlib
from pathlib import Path

import pytest

from heldout.compiler.images import Pin
from heldout.compiler.images.pins import Sif
from heldout.compiler.refusal import Refusal

ID = f"sha256:{'a' * 64}"
PUSHED = Pin("localhost:5000/heldout/cpu", ID, f"sha256:{'b' * 64}", "sha256:r", "sha256:c", "base")


@pytest.fixture
def pushed() -> Pin:
    """An image that a registry has."""
    return PUSHED


@pytest.fixture
def pin(tmp_path: Path) -> Pin:
    """An image with a SIF file."""
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"an image")
    sif = Sif(path, f"sha256:{hashlib.sha256(b'an image').hexdigest()}")
    return Pin("heldout/cpu", ID, None, "sha256:r", "sha256:c", "base", sif)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a shell script on the path, which is otherwise empty but for `sh`'s own; it notes its calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> Path:
        calls = tmp_path / f"{name}.calls"
        (folder / name).write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{script}\n')
        (folder / name).chmod(0o755)
        return calls

    return put


@pytest.fixture
def refused():
    """Find an image that an engine refuses; the refusal, which says what to do."""

    def find(engine, pin: Pin, here: bool = True) -> Refusal:
        with pytest.raises(Refusal) as caught:
            engine.find("cpu", pin, here)
        assert caught.value.hint
        return caught.value

    return find


@pytest.fixture
def docker_that_has():
    """A script that answers as Docker does where it has these images."""

    def script(*images: str, identity: str = ID, options: str = "[name=seccomp]") -> str:
        known = "\n".join(f"*{image}) echo {identity}; exit 0;;" for image in images)
        return f"""\
case "$1 $2" in
  "version --format") echo 20.10;;
  "image inspect") case "$*" in {known} esac; echo "Error: No such image" >&2; exit 1;;
  "info --format") echo "{options}";;
esac"""

    return script
