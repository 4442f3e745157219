import hashlib
from pathlib import Path

import pytest

from heldout.compiler.images.daemon import DaemonError
from heldout.compiler.images.holdings import Holdings, holdings_text
from heldout.compiler.images.pins import Pin, Pins
from heldout.compiler.images.progress import Silent
from heldout.compiler.launch.refusal import Refusal
from heldout.compiler.launch.registry import engine_called
from heldout.compiler.reproduce.image import Untrusted, archived_pin, obtain

DIGEST = "sha256:" + "d" * 64
NONE = Pins()
NOWHERE = Path("nowhere")


def said(image_id, digest=None):
    keys = {"repository": "host:5000/heldout/cpu", "image_id": image_id, "digest": digest}
    return {"pin": {**keys, "recipe": "sha256:r", "catalog": DIGEST}, "file": None}


@pytest.fixture
def image(fake_docker):
    return fake_docker.stored([fake_docker.tar_of({"opt/runtime": b"x"})])


def bring(about, tmp_path, engine="docker", trust=True, ours=NONE):
    pin = archived_pin(about, tmp_path)
    assert pin is not None
    called = engine_called(engine)
    return obtain("cpu", about, pin, tmp_path, ours, engine=called, trust=trust, progress=Silent())


def archived_file(tmp_path, name, data):
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / name).write_bytes(data)
    return {"path": f"image/{name}", "sha256": hashlib.sha256(data).hexdigest()}


def test_an_archive_without_an_image():
    assert archived_pin({"pin": None}, NOWHERE) is None
    assert archived_pin([], NOWHERE) is None


@pytest.mark.parametrize(
    "more",
    [
        {"image_id": "latest"},
        {"digest": "sha256:1"},
        {"repository": "-v/etc:/etc"},
        {"repository": "a b"},
        {"catalog": 3},
    ],
)
def test_a_pin_that_is_none_is_refused(more):
    with pytest.raises(Refusal, match=r"image\.json"):
        archived_pin({"pin": said(DIGEST)["pin"] | more}, NOWHERE)
    with pytest.raises(Refusal):
        archived_pin({"pin": [1]}, NOWHERE)


def test_the_archives_file_is_loaded_and_is_the_image_that_was_pinned(docker, fake_docker, image, tmp_path):
    about = said(image.id)
    about["file"] = archived_file(tmp_path, "cpu.tar", fake_docker.archive_of(image))
    assert docker.find(image.id) is None
    assert bring(about, tmp_path).image_id == image.id
    assert docker.find(image.id) is not None


def test_a_file_with_another_image_is_refused(docker, fake_docker, image, tmp_path):
    other = fake_docker.stored([fake_docker.tar_of({"opt/runtime": b"y"})])
    about = said(image.id)
    about["file"] = archived_file(tmp_path, "cpu.tar", fake_docker.archive_of(other))
    with pytest.raises(DaemonError, match="does not know it as"):
        bring(about, tmp_path)


def test_an_image_that_is_not_here_needs_trust(docker, fake_docker, image, tmp_path):
    about = said(image.id)
    about["file"] = archived_file(tmp_path, "cpu.tar", fake_docker.archive_of(image))
    with pytest.raises(Untrusted):
        bring(about, tmp_path, trust=False)
    assert docker.find(image.id) is None
    docker.add(image)
    ours = Pins(known={"mine": Pin("heldout/mine", image.id, None, "sha256:r", DIGEST, "")})
    assert bring(about, tmp_path, trust=False, ours=ours).image_id == image.id  # it is one of ours


def test_without_file_and_registry_there_is_no_way(docker, image, tmp_path):
    with pytest.raises(Refusal, match="no registry") as refused:
        bring(said(image.id), tmp_path)
    assert "--image" in refused.value.hint


def test_an_image_is_pulled_by_its_digest_and_compared(docker, fake_docker, image, tmp_path):
    repository = "host:5000/heldout/cpu"
    docker.registry[f"{repository}@{DIGEST}"] = image
    assert bring(said(image.id, DIGEST), tmp_path).digest == DIGEST
    other = fake_docker.stored([fake_docker.tar_of({"opt/runtime": b"y"})])
    with pytest.raises(Refusal, match="was archived"):
        bring(said(other.id, DIGEST), tmp_path)


def test_apptainer_takes_the_archives_sif(tmp_path):
    about = said(DIGEST)
    about["file"] = archived_file(tmp_path, "cpu.sif", b"SIF")
    pin = bring(about, tmp_path, engine="apptainer")
    assert pin.sif.sha256 == "sha256:" + hashlib.sha256(b"SIF").hexdigest()
    assert pin.sif.path == tmp_path / "image" / "cpu.sif"
    with pytest.raises(Refusal, match="holds none"):
        bring(said(DIGEST), tmp_path, engine="apptainer")


def test_what_the_image_holds_is_known_where_the_archive_says_it(tmp_path):
    about = said(DIGEST)
    assert archived_pin(about, tmp_path).holds is None
    held = Holdings(1, DIGEST, {"train/a": "1"}, {})
    about["holds"] = archived_file(tmp_path, "cpu.catalog.json", holdings_text(held).encode())
    assert archived_pin(about, tmp_path).holds == held
    about["pin"]["catalog"] = "sha256:" + "e" * 64  # the file is of another image
    assert archived_pin(about, tmp_path).holds is None
    about["holds"] = {"path": "../../cpu.catalog.json", "sha256": "0"}
    assert archived_pin(about, tmp_path).holds is None


def test_a_path_that_leaves_the_archive_is_no_file_of_it(tmp_path):
    about = said(DIGEST)
    (tmp_path / "x.sif").write_bytes(b"SIF")
    about["file"] = {"path": "../x.sif", "sha256": "0"}
    (tmp_path / "inner").mkdir()
    with pytest.raises(Refusal, match="holds none"):
        bring(about, tmp_path / "inner", engine="apptainer")
