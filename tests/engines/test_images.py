"""Images on a real Docker, a real Podman and a real registry: built, pushed, pulled, verified."""

import json
import os
import sys
from pathlib import Path

import numpy
import pytest
import torch
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from heldout.compiler.images.holdings import holdings_path
from heldout.compiler.images.pins import folder_of
from tests.engines.conftest import sif_of

pytestmark = pytest.mark.engines


def docker(engines, *arguments):
    return engines.run("docker", *arguments).stdout.strip()


def inside(engines, built, *arguments):
    """What Python says in a container of the image."""
    options = ("--rm", "--network=none", "--read-only", "--tmpfs=/tmp")
    return docker(engines, "run", *options, built["image_id"], "python", *arguments)


# That two builds give one image is shown of a small one (tests/engines/small.py), whose bytes go the same way
# as those of `cpu` without being gigabytes. HELDOUT_ENGINE_TESTS=all shows it of `cpu` too, for minutes.
SHOWN = ["small", "whole"] if os.environ.get("HELDOUT_ENGINE_TESTS") == "all" else ["small"]


@pytest.fixture(scope="session", params=SHOWN)
def once(request, engines):
    """A recipe, and where Docker has built an image of it."""
    if request.param == "small":
        return request.getfixturevalue("small"), request.getfixturevalue("small_built")
    request.getfixturevalue("built")
    return request.getfixturevalue("whole"), engines


def test_two_builds_from_nothing_give_the_same_image(once):
    recipe, first = once
    second = recipe.build("again", "--no-cache").pins()["cpu"]
    assert second["image_id"] == first.pins()["cpu"]["image_id"]
    assert second["recipe"] == first.pins()["cpu"]["recipe"]


def test_podman_builds_the_same_image(once):
    recipe, first = once
    podman = recipe.build("in podman", DOCKER_HOST=first.variables["PODMAN_HOST"])
    of_docker, of_podman = first.pins()["cpu"], podman.pins()["cpu"]
    assert of_podman["recipe"] == of_docker["recipe"]
    assert layers(podman, of_podman) == layers(first, of_docker)
    assert of_podman["image_id"] == of_docker["image_id"]
    podman.heldout("image", "verify", "cpu")


def test_a_pulled_image_holds_what_was_built(engines, built, pulled):
    """In another engine: the same layers, and the operators that the catalog in them names."""
    pin = pulled.pins()["cpu"]
    assert pin["image_id"] == built["image_id"]
    assert layers(pulled, pin) == layers(engines, built)
    there, here = (holdings_path(images_of(place), "cpu").read_bytes() for place in (pulled, engines))
    assert there == here
    held = json.loads(there)
    assert held["catalog"] == built["catalog"] and "train/classifier" in there.decode()


def images_of(workplace):
    """Where what was noted of its images lies."""
    return folder_of(Path(workplace.variables["HELDOUT_IMAGES"]))


def layers(workplace, pin):
    told = workplace.run("docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", pin["image_id"])
    return json.loads(told.stdout)


def test_the_image_says_what_it_is(engines, whole, built):
    labels = json.loads(
        docker(engines, "image", "inspect", "--format", "{{json .Config.Labels}}", built["image_id"])
    )
    assert labels["org.opencontainers.image.base.digest"] == whole.base
    assert labels["org.opencontainers.image.revision"] == built["recipe"]


def test_jobs_in_it_are_nobody_special_and_find_the_runtime(engines, built):
    program = "import os, heldout.runtime as r; print(os.getuid(), r.__file__)"
    said = docker(
        engines,
        "run",
        "--rm",
        "--network=none",
        "--read-only",
        built["image_id"],
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
    text = (images_of(engines) / "cpu.cdx.json").read_text()
    version = SchemaVersion.from_version(json.loads(text)["specVersion"])
    assert JsonStrictValidator(version).validate_str(text) is None
    names = {component["name"] for component in json.loads(text)["components"]}
    assert {"torch", "numpy", "pyarrow"} <= names


def test_a_pushed_image_is_pulled_by_digest(pushed, built, pulled):
    assert pushed["image_id"] == built["image_id"]
    assert pushed["repository"] == "localhost:5000/heldout/cpu"
    pin = pulled.pins()["cpu"]
    for entry in ("repository", "digest", "image_id", "recipe", "catalog"):
        assert pin[entry] == pushed[entry], entry


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


def test_verify_sees_a_damaged_sif(small_pushed):
    sif = sif_of(small_pushed)
    small_pushed.heldout("image", "verify", "cpu")
    with sif.open("r+b") as file:
        file.seek(-1, 2)
        (byte,) = file.read()
        file.seek(-1, 2)
        file.write(bytes([byte ^ 1]))
    try:
        told = small_pushed.heldout("image", "verify", "cpu", expect=1)
    finally:
        with sif.open("r+b") as file:
            file.seek(-1, 2)
            file.write(bytes([byte]))
    assert "sif" in (told.stdout + told.stderr).lower()


def test_verify_sees_that_a_tag_stands_for_another_image(small, small_built, tmp_path):
    pins = small_built.pins()
    pins["cpu"]["image_id"] = small.base
    other = tmp_path / "images.json"
    other.write_text(json.dumps(pins))
    told = small_built.at(tmp_path, HELDOUT_IMAGES=str(other)).heldout("image", "verify", "cpu", expect=1)
    assert small.base[:19] in told.stdout + told.stderr


def test_this_python_is_of_the_same_line(engines, built):
    # Python writes no numbers into tables, but its version is the first to suspect where bytes differ.
    said = inside(engines, built, "-V")
    assert said.split()[1].rsplit(".", 1)[0] == f"{sys.version_info.major}.{sys.version_info.minor}"
