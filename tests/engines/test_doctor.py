"""`heldout doctor` on a machine where the engines run."""

import pytest

pytestmark = pytest.mark.engines


RUNNING = {
    "docker": ".",
    "podman": ".",
    "apptainer": "1.",
    "registry localhost:5000": "answers",
    "Slurm": "slurm",
    "Slurm partition main": "1 nodes",
    "Slurm status": "the profile asks squeue",
    "image cpu": "localhost:5000/heldout/cpu@sha256:",
    "image cpu in docker": "without network",
    "image cpu in apptainer": "without network",
}


def test_it_sees_what_runs(engines, sif):
    found = {finding["name"]: finding for finding in engines.json("doctor")}
    for name, said in RUNNING.items():
        assert found[name]["state"] == "fine", found[name]
        assert said in found[name]["found"], found[name]


def test_it_says_what_to_do_where_nothing_answers(engines, tmp_path):
    bare = engines.at(
        tmp_path,
        DOCKER_HOST=f"unix://{tmp_path}/nothing.sock",
        SLURM_CONF=f"{tmp_path}/slurm.conf",
        HELDOUT_IMAGES=str(tmp_path / "images.json"),
    )
    found = {finding["name"]: finding for finding in bare.json("doctor")}
    for name in ("docker", "image cpu"):
        assert found[name]["state"] == "absent", found[name]
        assert found[name]["hint"]
    assert "Slurm partition main" not in found
