"""Smoke scales in every kind of container: the same bytes in every table.

The main study runs in Docker alone: what its operators give in the image they give in it elsewhere. The other
ways to start jobs are shown of the first study, which `heldout new` writes.
"""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "specs/domain-generalization/rotated-digits.yaml"
FIRST = ("my-study.yaml", "--scale", "smoke")
WORKFLOW = "my-study/smoke"

pytestmark = pytest.mark.engines


@pytest.fixture
def place(engines, finished, tmp_path):
    """An empty folder with the first study, and so an empty store."""
    there = engines.at(tmp_path / "a folder")
    shutil.copy(finished.folder / FIRST[0], there.folder)
    return there


def test_the_main_study_in_docker(engines, pushed, tmp_path):
    bare = engines.at(tmp_path / "no container", HELDOUT_IMAGES="no/images.json")
    docker = engines.at(tmp_path / "in docker")
    for there in (bare, docker):
        shutil.copy(MAIN, there.folder)
    outside = bare.json("run", MAIN.name, "--scale", "smoke")
    inside = docker.json("run", MAIN.name, "--scale", "smoke", "--containers", "docker")
    assert (inside["failed"], inside["reused"]) == ([], 0)
    assert inside["computed"] == outside["computed"]
    assert docker.tables("rotated-digits/smoke") == bare.tables("rotated-digits/smoke")
    assert containers_left(docker) == ""


def test_in_apptainer(place, sif, reference):
    done = place.json("run", *FIRST, "--containers", "apptainer")
    assert (done["failed"], done["reused"]) == ([], 0)
    assert place.tables(WORKFLOW) == reference


def test_with_plain_snakemake_and_apptainer(place, sif, reference):
    place.heldout("plan", *FIRST, "--write")
    folder = place.folder / "results" / WORKFLOW
    emitted = place.at(folder)
    assert sif.name in (folder / "Snakefile").read_text()
    emitted.run(
        *(Path(sys.executable).parent / "snakemake", "--workflow-profile", "profile", "--cores", "2"),
        *("--sdm", "apptainer", "--quiet"),
    )
    assert place.tables(WORKFLOW) == reference


def test_on_slurm_in_apptainer(engines, finished, tmp_path, sif, reference):
    # Slurm's plugin writes its scripts without quotes: no space in this folder.
    place = engines.at(tmp_path / "study")
    shutil.copy(finished.folder / FIRST[0], place.folder)
    done = place.json(
        *("run", *FIRST, "--profile", "slurm", "--containers", "apptainer"),
        *("--", "--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5"),
    )
    assert (done["failed"], done["reused"]) == ([], 0)
    assert place.tables(WORKFLOW) == reference
    accounted = place.run("scontrol", "show", "jobs", "--oneliner").stdout
    assert accounted.count("JobState=COMPLETED") >= 2


def test_in_podman_a_small_study(study, pulled):
    podman = study(SMALL, **pulled.variables)
    done = podman.json("run", "study.yaml", "--containers", "podman")
    assert (done["computed"], done["failed"]) == (3, [])


SMALL = """\
heldout: 1
study: small
operators: [probes.py]
image: cpu
axes:
  cell: [1, 2, 3]
stages:
  waited: {use: probes/wait, cell: "${cell}", seconds: 0.01}
"""


def containers_left(place):
    """What Docker still holds of containers that run jobs."""
    return place.run("docker", "ps", "--all", "--quiet", "--filter", "name=heldout-").stdout
