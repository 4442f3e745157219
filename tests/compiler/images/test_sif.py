import hashlib

import pytest

from heldout.compiler.images.build import build
from heldout.compiler.images.daemon import DaemonError
from heldout.compiler.images.pins import read_pins
from heldout.compiler.images.sif import convert


@pytest.fixture
def pin(daemon, progress):
    return build(daemon, "cpu", read_pins(), progress, "base:1")


@pytest.fixture
def apptainer(tmp_path, monkeypatch):
    """An `apptainer` whose SIF file is the archive that it is given."""

    def install(script):
        program = tmp_path / "bin" / "apptainer"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return install


CONVERTS = """\
[ "$1" = build ] && cp "${3#docker-archive:}" "$2" && echo "$SOURCE_DATE_EPOCH" > "$(dirname $0)/epoch"
"""


def test_a_file_is_made_and_pinned(docker, fake_docker, daemon, pin, progress, apptainer, tmp_path):
    apptainer(CONVERTS)
    converted = convert(daemon, "cpu", pin, read_pins(), progress)
    data = fake_docker.archive_of(docker.find(pin.image_id))
    assert converted.sif.path == read_pins().folder / "cpu.sif"
    assert converted.sif.path.read_bytes() == data
    assert converted.sif.sha256 == "sha256:" + hashlib.sha256(data).hexdigest()
    assert read_pins().get("cpu") == converted
    assert (tmp_path / "bin" / "epoch").read_text() == "1793491200\n"
    assert sorted(path.name for path in read_pins().folder.iterdir()) == [
        *("cpu.catalog.json", "cpu.cdx.json", "cpu.sif")
    ]


def test_a_conversion_that_fails_leaves_the_file_before_it(daemon, pin, progress, apptainer):
    apptainer(CONVERTS)
    before = convert(daemon, "cpu", pin, read_pins(), progress)
    apptainer("echo 'FATAL: while creating SIF: no space left on device' >&2; exit 255")
    with pytest.raises(DaemonError, match="no space left on device") as caught:
        convert(daemon, "cpu", before, read_pins(), progress)
    assert "HELDOUT_IMAGES" in caught.value.hint
    assert read_pins().get("cpu") == before
    assert hashlib.sha256(before.sif.path.read_bytes()).hexdigest() in before.sif.sha256


def test_without_apptainer_it_is_named(daemon, pin, progress, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DaemonError, match="Apptainer is not installed") as caught:
        convert(daemon, "cpu", pin, read_pins(), progress)
    assert caught.value.missing
