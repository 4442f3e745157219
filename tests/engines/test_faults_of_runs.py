"""What goes wrong while a study runs in containers: a message, an exit code, and finished tasks are kept."""

import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.engines

NOBODY = "sha256:" + "0" * 64

WAITS = """\
heldout: 1
study: waits
operators: [probes.py]
axes:
  cell: [1, 2, 3, 4]
stages:
  waited: {use: probes/wait, cell: "${cell}", seconds: 0.1}
"""
FILLS = """\
heldout: 1
study: fills
operators: [probes.py]
axes:
  cell: [1, 2, 3, 4, 5, 6, 7, 8]
stages:
  filled: {use: probes/fill, cell: "${cell}", megabytes: 4}
"""
CALLS = """\
heldout: 1
study: calls
operators: [probes.py]
stages:
  called: {use: probes/call, how: HOW, host: HOST, port: 5000}
"""
ENGINES = pytest.mark.parametrize("engine", ["docker", "apptainer"])


@contextmanager
def mounted(*arguments):
    """A mount for as long as it is used; its last argument is the place."""
    subprocess.run(["mount", *arguments], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)


@contextmanager
def repinned(place, tmp_path, **entries):
    """The same study with another pin."""
    pins = place.pins()
    folder = Path(place.variables["HELDOUT_IMAGES"]).parent
    if pins["cpu"].get("sif"):
        pins["cpu"]["sif"]["path"] = str((folder / pins["cpu"]["sif"]["path"]).resolve())
    pins["cpu"].update(entries)
    other = tmp_path / "other-images.json"
    other.write_text(json.dumps(pins))
    yield place.at(place.folder, HELDOUT_IMAGES=str(other))


def logs(place):
    """All that jobs wrote."""
    return "".join(path.read_text() for path in place.folder.glob("results/*/full/logs/**/*.log"))


def test_a_store_on_a_full_disk(study, sif, tmp_path):
    place = study(FILLS)
    disk, store, ballast = tmp_path / "disk.img", place.folder / "store", place.folder / "store/ballast"
    with disk.open("wb") as file:
        file.truncate(80_000_000)
    subprocess.run(["mkfs.ext4", "-q", disk], check=True)
    store.mkdir()
    with mounted("-o", "loop", disk, store):
        # 8 tasks of 4 MB, and room for some of them.
        free = shutil.disk_usage(store).free
        ballast.write_bytes(bytes(free - 18_000_000))
        told = place.heldout("run", "study.yaml", "--containers", "apptainer", "--store", "store", expect=1)
        assert "the disk is full" in told.stderr
        assert "what was finished is kept" in told.stderr
        ballast.unlink()
        done = place.json("run", "study.yaml", "--containers", "apptainer", "--store", "store")
        assert done["failed"] == []
        assert done["computed"] + done["reused"] == 8
        assert 1 <= done["reused"] < 8


def test_a_store_that_may_only_be_read(study, sif):
    place = study(WAITS)
    store = place.folder / "store"
    store.mkdir()
    with mounted("--bind", store, store):
        subprocess.run(["mount", "-o", "remount,bind,ro", store], check=True)
        told = place.heldout("run", "study.yaml", "--containers", "docker", "--store", "store", expect=1)
    assert "it is on a read-only file system" in told.stderr
    done = place.json("run", "study.yaml", "--containers", "docker", "--store", "store")
    assert (done["computed"], done["failed"]) == (4, [])


def test_a_results_folder_that_may_only_be_read(study, sif):
    place = study(WAITS)
    results = place.folder / "results"
    results.mkdir()
    with mounted("--bind", results, results):
        subprocess.run(["mount", "-o", "remount,bind,ro", results], check=True)
        told = place.heldout("run", "study.yaml", "--containers", "docker", expect=1)
    assert "read-only file system" in told.stderr.lower()
    done = place.json("run", "study.yaml", "--containers", "docker")
    assert (done["computed"], done["failed"]) == (4, [])


@ENGINES
def test_an_operator_has_no_network(engine, study, sif):
    place = study(CALLS.replace("HOW", "itself").replace("HOST", "192.0.2.1"))
    done = place.json("run", "study.yaml", "--containers", engine, expect=1)
    (failure,) = done["failed"]
    assert "the operator tried to reach 192.0.2.1, but runs offline" in json.dumps(failure) + logs(place)


@ENGINES
def test_nor_have_the_programs_that_it_starts(engine, study, sif):
    """The registry listens on this machine's loopback: a job without a container of its own reaches it."""
    place = study(CALLS.replace("HOW", "subprocess").replace("HOST", "127.0.0.1"))
    place.heldout("run", "study.yaml", "--store", "outside", "--results", "outside-results")
    assert connected(place, "outside-results") == 1
    place.heldout("run", "study.yaml", "--containers", engine)
    assert connected(place, "results") == 0


def connected(place, results):
    (row,) = pq.read_table(place.folder / results / "calls/full/report/results.parquet").to_pylist()
    return row["value"]


def test_without_apptainer(study, sif, tmp_path):
    """A PATH that has everything but the one program."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in ("/usr/bin", "/usr/sbin"):
        for path in Path(folder).iterdir():
            if path.name not in ("apptainer", "singularity") and not (programs / path.name).exists():
                (programs / path.name).symlink_to(path)
    place = study(WAITS, PATH=f"{Path(sys.executable).parent}:{programs}")
    told = place.heldout("run", "study.yaml", "--containers", "apptainer", expect=3)
    assert "apptainer" in told.stderr.lower()
    assert "install" in told.stderr.lower()


def test_without_a_docker_that_answers(study, sif, tmp_path):
    place = study(WAITS, DOCKER_HOST=f"unix://{tmp_path}/nothing.sock")
    told = place.heldout("run", "study.yaml", "--containers", "docker", expect=3)
    assert "docker" in told.stderr.lower()


def test_without_a_pin(study, engines, tmp_path):
    place = study(WAITS, HELDOUT_IMAGES=str(tmp_path / "no-images.json"))
    told = place.heldout("run", "study.yaml", "--containers", "docker", expect=3)
    assert "heldout image build cpu" in told.stderr


def test_a_pin_of_an_image_that_is_not_there(study, sif, tmp_path):
    with repinned(
        study(WAITS), tmp_path, digest="sha256:" + "0" * 64, image_id="sha256:" + "0" * 64
    ) as place:
        told = place.heldout("run", "study.yaml", "--containers", "docker", expect=None)
    assert told.returncode in (1, 3)
    assert "sha256:000000" in told.stderr + logs(place)


def test_a_study_that_was_locked_refuses_another_image(study, sif, tmp_path):
    place = study(WAITS)
    place.heldout("lock", "study.yaml")
    with repinned(place, tmp_path, digest="sha256:" + "1" * 64) as other:
        told = other.heldout("run", "study.yaml", "--containers", "docker", expect=2)
    assert "image" in told.stderr
    done = place.json("run", "study.yaml", "--containers", "docker")
    assert (done["computed"], done["failed"]) == (4, [])


def test_a_sif_that_is_not_what_was_pinned(study, sif, tmp_path):
    damaged = tmp_path / "damaged.sif"
    damaged.write_bytes(sif.read_bytes()[: 1 << 20])
    entry = {"path": str(damaged), "sha256": "sha256:" + "0" * 64}
    with repinned(study(WAITS), tmp_path, sif=entry) as place:
        told = place.heldout("run", "study.yaml", "--containers", "apptainer", expect=None)
    assert told.returncode != 0
    assert "damaged.sif" in told.stderr + logs(place)
