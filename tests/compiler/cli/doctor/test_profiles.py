"""What the doctor says of profiles: Snakemake itself reads them."""

import importlib.util

import pytest

from heldout.compiler.cli.doctor.profiles import look_at_profiles


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine").mkdir()
    config = tmp_path / "mine" / "config.yaml"

    def write(text):
        config.write_text(text)
        return str(config.parent)

    return write


def found(own):
    return {finding.name: finding for finding in look_at_profiles(own)}


def test_the_shipped_profiles_and_one_with_an_option_that_snakemake_does_not_know(mine, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n: None if n.endswith("kubernetes") else there(n))
    said = found(mine("keep-going: true\nkeep-goin: true\n"))
    assert (said["profile local"].state, said["profile slurm"].state) == ("fine", "fine")
    assert said["profile slurm"].found == "slurm, jobs of 1200 s, containers apptainer"
    assert (said["profile kubernetes"].state, said["profile kubernetes"].hint) == (
        "absent",
        "pip install 'heldout[kubernetes]'",
    )
    assert said["profile mine"].state == "doubtful"
    assert "keep-goin" in said["profile mine"].found


def test_a_profile_that_cannot_be_read(mine):
    said = found(mine("jobs: lots\n"))[f"profile {mine('jobs: lots')}"]
    assert said.state == "doubtful"
    assert "jobs: lots" in said.found
