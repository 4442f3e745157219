"""Reading profiles: those that are shipped, those of users, and what is wrong with them."""

import os
import shutil
import sys

import pytest

from heldout.compiler.profiles import ProfileError, known_profiles, load_profile


@pytest.fixture
def folder(tmp_path):
    """A profile of one's own."""
    made = tmp_path / "my-cluster"
    made.mkdir()
    (made / "config.yaml").write_text("executor: slurm\njobs: 40\n")
    return made


def test_the_shipped_profiles():
    assert set(known_profiles()) == {"local", "slurm", "kubernetes"}
    loaded = {name: load_profile(name) for name in known_profiles()}
    assert {name: profile.executor for name, profile in loaded.items()} == {
        "local": "local",
        "slurm": "slurm",
        "kubernetes": "kubernetes-shared",
    }
    assert {name: profile.containers for name, profile in loaded.items()} == {
        "local": "none",
        "slurm": "apptainer",
        "kubernetes": "none",
    }
    for name, profile in loaded.items():
        assert profile.name == name
        assert profile.folder.is_absolute()
        assert profile.description.endswith(".")
    assert loaded["local"].cores == os.cpu_count()
    # A job of a cluster must last longer than waiting for it.
    assert loaded["slurm"].job_seconds >= 10 * loaded["local"].job_seconds


def test_a_folder_of_ones_own_needs_no_file_of_heldouts(folder):
    profile = load_profile(folder)
    assert (profile.name, profile.executor, profile.jobs) == ("my-cluster", "slurm", 40)
    assert (profile.job_seconds, profile.max_jobs, profile.containers) == (60, 500, "none")
    assert not profile.job_arrays


def test_a_path_is_found_from_where_one_is(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert load_profile("./my-cluster") == load_profile("my-cluster") == load_profile(folder / "config.yaml")


def test_a_shipped_name_is_not_shadowed_by_a_folder(folder, monkeypatch):
    shutil.move(folder, folder.parent / "slurm")
    monkeypatch.chdir(folder.parent)
    assert load_profile("slurm").folder == known_profiles()["slurm"].resolve()
    assert load_profile("./slurm").jobs == 40


def test_unlimited_jobs(folder):
    (folder / "config.yaml").write_text("executor: slurm\njobs: unlimited\n")
    assert load_profile(folder).jobs == sys.maxsize


def problem(name_or_path) -> tuple[str, str]:
    with pytest.raises(ProfileError) as raised:
        load_profile(name_or_path)
    return str(raised.value), raised.value.hint


def test_an_unknown_name_is_answered_with_the_nearest():
    message, hint = problem("slrum")
    assert message == "there is no profile slrum"
    assert hint.startswith("write `slurm`, or one of: kubernetes, local, or the path")


def test_a_folder_without_a_snakemake_profile(tmp_path):
    message, hint = problem(tmp_path)
    assert message == f"{tmp_path} is no profile: it has no config.yaml"
    assert "executor: slurm" in hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("job_second: 3", "has an unknown entry `job_second`"),
        ("job_seconds: 0", "says `job_seconds: 0`: input should be greater than 0"),
        ("max_jobs: many", "says `max_jobs: many`: input should be a valid integer"),
        ("containers: singularity", "write one of none, apptainer, docker, podman"),
        ("- 3", "holds no options"),
        ("a: [", "cannot be read"),
    ],
)
def test_mistakes_in_what_is_heldouts_own(folder, text, said):
    (folder / "heldout.yaml").write_text(text)
    message, _ = problem(folder)
    assert message.startswith(str(folder / "heldout.yaml"))
    assert said in message


@pytest.mark.parametrize("text", ["jobs: 0", "jobs: lots", "cores: -1", "jobs: 1.5"])
def test_numbers_that_are_none(folder, text):
    (folder / "config.yaml").write_text(text)
    message, hint = problem(folder)
    assert text in message
    assert hint.startswith("write a number")
