"""The main study's smoke scale in every kind of container: the same bytes in every table."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STUDY = ROOT / "specs/domain-generalization/rotated-digits.yaml"
WORKFLOW = "rotated-digits/smoke"

pytestmark = pytest.mark.engines


@pytest.fixture
def place(engines, tmp_path):
    """An empty folder with the study, and so an empty store."""
    there = engines.at(tmp_path / "a folder")
    shutil.copy(STUDY, there.folder)
    return there


def test_in_docker(place, pushed, reference):
    done = place.json("run", STUDY.name, "--scale", "smoke", "--containers", "docker")
    assert (done["failed"], done["reused"]) == ([], 0)
    assert done["computed"] > 1000
    assert place.tables(WORKFLOW) == reference
    assert containers_left(place) == ""


def test_in_apptainer(place, sif, reference):
    done = place.json("run", STUDY.name, "--scale", "smoke", "--containers", "apptainer")
    assert (done["failed"], done["reused"]) == ([], 0)
    assert place.tables(WORKFLOW) == reference


def test_with_plain_snakemake_and_apptainer(place, sif, reference):
    place.heldout("plan", STUDY.name, "--scale", "smoke", "--write")
    folder = place.folder / "results" / WORKFLOW
    emitted = place.at(folder)
    assert sif.name in (folder / "Snakefile").read_text()
    emitted.run(
        *(Path(sys.executable).parent / "snakemake", "--workflow-profile", "profile", "--cores", "2"),
        *("--sdm", "apptainer", "--quiet"),
    )
    assert place.tables(WORKFLOW) == reference


def test_on_slurm_in_apptainer(engines, tmp_path, sif, reference):
    # Slurm's plugin writes its scripts without quotes: no space in this folder.
    place = engines.at(tmp_path / "study")
    shutil.copy(STUDY, place.folder)
    done = place.json(
        *("run", STUDY.name, "--scale", "smoke", "--profile", "slurm", "--containers", "apptainer"),
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
