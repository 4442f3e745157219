"""`heldout doctor` on a machine where the engines run."""

import pytest

pytestmark = pytest.mark.engines


def test_it_sees_what_runs(engines, sif):
    found = {finding["name"].lower(): finding for finding in engines.json("doctor")}
    for name, version in (("docker", "20."), ("apptainer", "1.")):
        (finding,) = [found[key] for key in found if key == name or key.startswith(f"{name} ")][:1]
        assert finding["state"] == "fine", finding
        assert version in finding["found"], finding
    slurm = [finding for name, finding in found.items() if "slurm" in name or name == "sbatch"]
    assert any("main" in finding["found"] or "22.05" in finding["found"] for finding in slurm), slurm
    images = [finding for name, finding in found.items() if "cpu" in name]
    assert all(finding["state"] == "fine" for finding in images), images


def test_it_says_what_to_do_where_nothing_answers(engines, tmp_path):
    bare = engines.at(
        tmp_path,
        DOCKER_HOST=f"unix://{tmp_path}/nothing.sock",
        SLURM_CONF=f"{tmp_path}/slurm.conf",
        HELDOUT_IMAGES=str(tmp_path / "images.json"),
    )
    found = {finding["name"].lower(): finding for finding in bare.json("doctor")}
    docker = next(finding for name, finding in found.items() if name.startswith("docker"))
    assert docker["state"] == "absent"
    assert docker["hint"]
