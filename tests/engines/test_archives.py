"""Cells of an archived study, computed again in the archived image: the same bytes."""

import pytest

from heldout.compiler.store.index import stored_records

STUDY = "my-study.yaml"

pytestmark = pytest.mark.engines


@pytest.fixture
def archived(engines, finished, sif, tmp_path):
    """Archive the finished study on a machine that has the image, with or without its file."""

    def archive(image):
        owner = finished.at(finished.folder, HELDOUT_IMAGES=engines.variables["HELDOUT_IMAGES"])
        path = tmp_path / "study.zip"
        owner.heldout("archive", STUDY, "--scale", "smoke", "-o", path, "--image", image)
        return path

    return archive


@pytest.fixture
def stranger(engines, tmp_path):
    """A machine on which no image was built or pulled."""
    return engines.at(tmp_path / "a stranger", HELDOUT_IMAGES=str(tmp_path / "a stranger/pins/images.json"))


def reproduced(place, path, engine):
    """What came out, after it was seen that one image computed all new results."""
    options = ("--containers", engine, "--trust-operators", "--yes", "--keep", "again")
    said = place.json("reproduce", path, "--cells", "3", *options)
    records = stored_records(place.folder / "again/store")
    images = {record["environment"].get("image") for record in records}
    assert len(images) == 1 and None not in images
    return said


def test_in_apptainer_from_the_archived_sif(archived, stranger):
    path = archived("sif")
    said = reproduced(stranger, path, "apptainer")
    assert said["agrees"]
    assert {stage["different"] + stage["missing"] for stage in said["stages"]} == {0}
    assert sum(stage["identical"] for stage in said["stages"]) >= 3


def test_in_podman_pulled_by_its_digest(archived, stranger, engines):
    path = archived("none")
    podman = stranger.at(stranger.folder, DOCKER_HOST=engines.variables["PODMAN_HOST"])
    refused = podman.heldout(
        *("reproduce", path, "--cells", "3", "--containers", "podman", "--yes"), expect=2
    )
    assert "--trust-operators" in refused.stderr
    assert reproduced(podman, path, "podman")["agrees"]
