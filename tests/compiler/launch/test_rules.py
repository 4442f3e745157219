"""What rules and profiles say for Snakemake's own containers."""

import os
import shutil
import subprocess

import pytest

from heldout.compiler.images import Pin
from heldout.compiler.images.pins import Sif
from heldout.compiler.launch.bound_folders import Mount
from heldout.compiler.launch.rules import rule_container, snakemake_arguments

PIN = Pin("localhost:5000/heldout/cpu", "sha256:1", f"sha256:{'b' * 64}", "sha256:r", "sha256:c", "base")
REFERENCE = f"localhost:5000/heldout/cpu@sha256:{'b' * 64}"


@pytest.fixture
def pin(tmp_path):
    """An image that was made into a SIF file."""
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"an image")
    return Pin("heldout/cpu", "sha256:1", None, "sha256:r", "sha256:c", "base", Sif(path, "sha256:s"))


def test_rules_name_the_sif_file_by_its_way_from_the_workflow_else_the_registry(pin, tmp_path):
    workflow = tmp_path / "results" / "study" / "full"
    assert rule_container(pin, workflow) == "../../../cpu.sif"
    assert rule_container(PIN, workflow) == f"docker://{REFERENCE}"
    odd = tmp_path / "{odd}"
    odd.mkdir()
    shutil.copy(pin.sif.path, odd / "cpu.sif")
    moved = Pin(**(vars(pin) | {"sif": Sif(odd / "cpu.sif", pin.sif.sha256)}))
    assert rule_container(moved, workflow) == "../../../{{odd}}/cpu.sif"  # no wildcard of Snakemake
    pin.sif.path.unlink()
    assert rule_container(pin, workflow) is None
    assert rule_container(None, workflow) is None


def test_snakemakes_own_containers_are_given_the_store_and_what_the_user_adds(tmp_path):
    store = tmp_path / """the 'store':a,"b" {c}"""
    (tmp_path / "results").mkdir()
    store.mkdir()
    text = snakemake_arguments(f"../{store.name}", gpus=True)
    script = f"printf '%s\\0' {text}"
    environment = os.environ | {"HELDOUT_APPTAINER_ARGS": "--no-privs --writable-tmpfs"}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path / "results", env=environment, capture_output=True, check=True
    )
    mount = Mount(store, True).text
    told = ["--cleanenv", "--mount", mount, "--nv", "--no-privs", "--writable-tmpfs"]
    assert done.stdout.decode().split("\0")[:-1] == told
    assert "--nv" not in snakemake_arguments("../store", gpus=False)


def test_the_store_is_there_when_the_first_container_binds_it(tmp_path):
    (tmp_path / "results").mkdir()
    script = f"printf '%s\\n' {snakemake_arguments('../.heldout/store', gpus=False)}"
    done = subprocess.run(["bash", "-euc", script], cwd=tmp_path / "results", capture_output=True, check=True)
    store = tmp_path / ".heldout" / "store"
    assert store.is_dir()
    assert done.stdout.decode().splitlines()[2] == f'type=bind,"source={store}","destination={store}"'
