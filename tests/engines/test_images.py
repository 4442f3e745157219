"""Images on a real Docker, a real Podman and a real registry: built, pushed, pulled, verified."""

import json
import sys
from pathlib import Path

import numpy
import pytest
import torch
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

pytestmark = pytest.mark.engines


@pytest.fixture(scope="session")
def again(engines, built):
    """The pin of a second building, which reused nothing of the first."""
    apart = engines.at(engines.folder / "again", HELDOUT_IMAGES=str(engines.folder / "again/images.json"))
    apart.heldout("image", "build", "cpu", "--base", built.base, "--wheels", built.wheels, "--no-cache")
    return apart.pins()["cpu"]


def docker(engines, *arguments):
    return engines.run("docker", *arguments).stdout.strip()


def inside(engines, built, *arguments):
    """What Python says in a container of the image."""
    options = ("--rm", "--network=none", "--read-only", "--tmpfs=/tmp")
    return docker(engines, "run", *options, built.pin["image_id"], "python", *arguments)


def test_the_same_inputs_give_the_same_image_twice(built, again):
    assert again["image_id"] == built.pin["image_id"]
    assert again["recipe"] == built.pin["recipe"]


def test_podman_builds_the_same_image(engines, built):
    podman = engines.at(
        engines.folder / "podman",
        HELDOUT_IMAGES=str(engines.folder / "podman/images.json"),
        DOCKER_HOST=engines.variables["PODMAN_HOST"],
    )
    podman.heldout("image", "build", "cpu", "--base", built.base, "--wheels", built.wheels)
    pin = podman.pins()["cpu"]
    assert pin["recipe"] == built.pin["recipe"]
    assert layers(podman, pin) == layers(engines, built.pin)
    assert pin["image_id"] == built.pin["image_id"]
    podman.heldout("image", "verify", "cpu")


def layers(workplace, pin):
    told = workplace.run("docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", pin["image_id"])
    return json.loads(told.stdout)


def test_the_image_says_what_it_is(engines, built):
    labels = json.loads(
        docker(engines, "image", "inspect", "--format", "{{json .Config.Labels}}", built.pin["image_id"])
    )
    assert labels["org.opencontainers.image.base.digest"] == built.base
    assert labels["org.opencontainers.image.revision"] == built.pin["recipe"]


def test_jobs_in_it_are_nobody_special_and_find_the_runtime(engines, built):
    program = "import os, heldout.runtime as r; print(os.getuid(), r.__file__)"
    said = docker(
        engines,
        "run",
        "--rm",
        "--network=none",
        "--read-only",
        built.pin["image_id"],
        "python",
        "-c",
        program,
    )
    user, place = said.split()
    assert int(user) >= 1000
    assert place.startswith("/opt/heldout/")


def test_its_torch_is_that_of_this_environment(engines, built):
    program = "import numpy, torch; print(torch.__version__, numpy.__version__)"
    said = inside(engines, built, "-c", program)
    assert said == f"{torch.__version__} {numpy.__version__}"


def test_the_bill_of_materials_is_valid_cyclonedx(engines, built):
    bill = Path(engines.variables["HELDOUT_IMAGES"]).parent / "images/cpu.cdx.json"
    text = bill.read_text()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    assert JsonStrictValidator(version).validate_str(text) is None
    names = {component["name"] for component in json.loads(text)["components"]}
    assert {"torch", "numpy", "pyarrow"} <= names


def test_a_pushed_image_is_pulled_by_digest(engines, pushed, built):
    assert pushed["image_id"] == built.pin["image_id"]
    reference = f"{pushed['repository']}@{pushed['digest']}"
    assert reference.startswith("localhost:5000/heldout/cpu@sha256:")
    elsewhere = engines.at(
        engines.folder / "elsewhere", HELDOUT_IMAGES=str(engines.folder / "elsewhere/images.json")
    )
    elsewhere.heldout("image", "pull", reference)
    pulled = elsewhere.pins()["cpu"]
    for entry in ("repository", "digest", "image_id", "recipe", "catalog"):
        assert pulled[entry] == pushed[entry], entry


def test_a_sif_file_is_pinned_by_its_checksum_and_runs(engines, sif):
    assert sif.is_file()
    said = engines.run(
        "apptainer", "exec", "--no-privs", "--cleanenv", sif, "python", "-c", "import heldout.runtime, torch"
    )
    assert said.returncode == 0


def test_verify_finds_nothing_wrong_and_list_shows_all(engines, sif):
    engines.heldout("image", "verify", "cpu")
    listed = engines.json("image", "list")
    (cpu,) = [entry for entry in listed if entry["name"] == "cpu"]
    assert cpu["digest"] == engines.pins()["cpu"]["digest"]


def test_verify_sees_a_damaged_sif(engines, sif):
    byte = sif.read_bytes()[-1:]
    try:
        with sif.open("r+b") as file:
            file.seek(-1, 2)
            file.write(bytes([byte[0] ^ 1]))
        told = engines.heldout("image", "verify", "cpu", expect=1)
    finally:
        with sif.open("r+b") as file:
            file.seek(-1, 2)
            file.write(byte)
    assert "sif" in (told.stdout + told.stderr).lower()
    engines.heldout("image", "verify", "cpu")


def test_verify_sees_that_a_tag_stands_for_another_image(engines, built, tmp_path):
    pins = engines.pins()
    pins["cpu"]["image_id"] = built.base
    other = tmp_path / "images.json"
    other.write_text(json.dumps(pins))
    told = engines.at(tmp_path, HELDOUT_IMAGES=str(other)).heldout("image", "verify", "cpu", expect=1)
    assert built.base[:19] in told.stdout + told.stderr


def test_this_python_is_of_the_same_line(engines, built):
    # Python writes no numbers into tables, but its version is the first to suspect where bytes differ.
    said = inside(engines, built, "-V")
    assert said.split()[1].rsplit(".", 1)[0] == f"{sys.version_info.major}.{sys.version_info.minor}"
