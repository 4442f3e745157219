"""What is looked at before an archived image is fetched."""

import json

import pytest

from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.archive.refused import ArchiveRefused
from heldout.compiler.images.holdings import Holdings, holdings_text
from heldout.compiler.images.progress import Silent
from heldout.compiler.refusal import Refusal
from heldout.compiler.reproduce.again import Again, Conditions
from heldout.compiler.reproduce.folder import Folder
from heldout.compiler.reproduce.image import Untrusted

DIGEST = "sha256:" + "d" * 64


@pytest.fixture
def find(study, tmp_path, monkeypatch):
    """Look for an image that holds what the study uses, but for some; nobody has agreed to run it."""
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "images.json"))
    folder = Folder(tmp_path)
    (folder.archived / "image").mkdir(parents=True)

    def look(*without, says=True, catalog=DIGEST, unknown=()):
        kept = {name: digest for name, digest in study.uses.digests.items() if name not in without}
        held = Holdings(1, catalog, kept, {})
        (folder.archived / "image" / "cpu.catalog.json").write_text(holdings_text(held))
        keys = {"repository": "heldout/cpu", "image_id": DIGEST, "digest": None}
        about = {"pin": {**keys, "recipe": "sha256:r", "catalog": catalog}, "file": None}
        about["holds"] = {"path": "image/cpu.catalog.json", "sha256": "0"} if says else None
        (folder.archived / "image" / "image.json").write_text(json.dumps(about))
        whole = Recompiled(study, None, tmp_path / "workflow", study.catalog, unknown=unknown)
        again = Again(None, folder, study, whole, 0, Conditions("docker", False, None), None)
        return again.find_image(Silent())

    return look


def test_an_image_of_another_catalog_serves_when_it_holds_what_was_used(find):
    with pytest.raises(Untrusted):  # it got as far as asking whether to run it
        find()


def test_what_no_catalog_here_knows_is_asked_for_before_an_image_runs(find):
    with pytest.raises(ArchiveRefused, match="train/classifier take, give and hold") as refused:
        find(unknown=("train/classifier",))
    assert refused.value.code == "catalog" and "--trust-operators" in refused.value.hint


def test_an_image_that_lacks_what_was_used_is_refused(find):
    with pytest.raises(
        Refusal, match="does not hold what the archive was computed with: train/classifier is"
    ):
        find("train/classifier")


def test_of_an_older_archive_only_the_whole_catalog_is_known(find, study):
    with pytest.raises(Refusal, match="holds another catalog than the archive was compiled against"):
        find(says=False)
    with pytest.raises(Untrusted):
        find(says=False, catalog=study.catalog.digest)
