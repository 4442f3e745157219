"""Docker, which is a script here that answers as the real one does."""

import json
import os

import pytest

from heldout.compiler.launch import container_gpus
from heldout.compiler.launch.engines.docker import ENGINE

ID = f"sha256:{'a' * 64}"
REFERENCE = f"localhost:5000/heldout/cpu@sha256:{'b' * 64}"


def test_an_engine_that_is_not_installed(program, refused, pushed):
    refusal = refused(ENGINE, pushed)
    assert (refusal.kind, str(refusal)) == ("missing", "docker is not installed")


def test_a_daemon_that_does_not_answer(program, refused, pushed):
    program("docker", "echo 'Cannot connect to the Docker daemon. Is it running?' >&2; exit 1")
    refusal = refused(ENGINE, pushed)
    assert refusal.kind == "missing"
    assert str(refusal) == "docker does not answer: Cannot connect to the Docker daemon. Is it running?"


def test_an_image_that_the_engine_does_not_have(program, refused, pushed, docker_that_has):
    program("docker", docker_that_has())
    refusal = refused(ENGINE, pushed)
    assert refusal.kind == "missing"
    assert str(refusal) == "docker does not have the image cpu (sha256:aaaaaaaaaaaa…)"
    assert "heldout image pull cpu" in refusal.hint


def test_another_image_under_the_pinned_digest(program, refused, pushed, docker_that_has):
    program("docker", docker_that_has(REFERENCE, identity=f"sha256:{'f' * 64}"))
    refusal = refused(ENGINE, pushed)
    assert refusal.kind == "wrong"
    assert f"is the image sha256:{'f' * 64} in docker, and {ID} was pinned" in str(refusal)


def test_the_image_is_named_by_digest_where_the_engine_knows_it_so_else_by_id(
    program, pushed, docker_that_has
):
    program("docker", docker_that_has(REFERENCE, ID))
    found = ENGINE.find("cpu", pushed, here=True)
    assert (found.image, found.user, found.isolates) == (REFERENCE, f"{os.getuid()}:{os.getgid()}", True)
    program("docker", docker_that_has(ID))
    assert ENGINE.find("cpu", pushed, here=True).image == ID


def test_root_of_a_rootless_docker_is_this_user_outside(program, pushed, docker_that_has):
    program("docker", docker_that_has(ID, options="[name=seccomp name=rootless]"))
    assert ENGINE.find("cpu", pushed, here=True).user == "0:0"


def test_an_engine_that_cannot_run_the_image_says_why(program, refused, pushed, docker_that_has):
    fails = 'case "$1" in run) echo "exec format error" >&2; exit 125;; esac\n'
    program("docker", fails + docker_that_has(ID))
    assert str(refused(ENGINE, pushed)) == "docker cannot run the image cpu: exec format error"


def test_containers_that_a_killed_run_left_are_removed_by_their_folder(
    program, pushed, docker_that_has, tmp_path
):
    calls = program("docker", docker_that_has(ID) + '\n[ "$1" = ps ] && echo 11 && echo 22\nexit 0')
    found = ENGINE.find("cpu", pushed, here=True)
    calls.unlink()
    assert found.remove_leftovers(tmp_path / "results") == 2
    label = f"label=heldout.workflow={tmp_path.resolve()}/results"
    assert calls.read_text().splitlines() == [f"ps --all --quiet --filter {label}", "rm --force 11 22"]
    program("docker", "exit 0")
    assert found.remove_leftovers(tmp_path) == 0


@pytest.fixture
def docker(programs, monkeypatch, tmp_path):
    """Docker on a machine whose GPUs nobody has described."""
    monkeypatch.setattr(container_gpus, "CDI", (tmp_path / "cdi",))

    def says(**about):
        about = {"SecurityOptions": [], "Runtimes": {"runc": {}}, "Driver": "overlay2"} | about
        programs("docker", {"version": "28.2.2", "info": json.dumps(about)})

    return says


def found():
    return {finding.name: finding for finding in ENGINE.look()}


def test_the_doctor_finds_a_daemon_that_is_not_running(programs):
    programs("docker", {"version": "!Cannot connect to the Docker daemon"})
    assert found()["docker"].state == "absent"
    assert "Cannot connect" in found()["docker"].found


def test_the_doctor_finds_gpus_where_there_are_some(docker, programs):
    docker()
    assert found()["docker"].found == "28.2.2, rootful, storage overlay2"
    assert found()["docker with GPUs"].found == "no NVIDIA container toolkit"
    programs("nvidia-ctk", {" ": ""})
    assert "set up" in found()["docker with GPUs"].found
    docker(SecurityOptions=["name=seccomp", "name=rootless"], Runtimes={"nvidia": {}})
    assert found()["docker"].found == "28.2.2, rootless, storage overlay2"
    assert found()["docker with GPUs"].state == "fine"
