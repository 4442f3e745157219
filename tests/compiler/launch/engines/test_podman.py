"""Podman, where it differs from Docker."""

import json
import os

from heldout.compiler.launch import container_gpus
from heldout.compiler.launch.engines.podman import ENGINE

ID = f"sha256:{'a' * 64}"


def test_an_engine_that_is_not_installed(program, refused, pushed):
    refusal = refused(ENGINE, pushed)
    assert (refusal.kind, str(refusal)) == ("missing", "podman is not installed")


def test_podman_writes_ids_without_their_algorithm(program, pushed, docker_that_has):
    program("podman", docker_that_has(ID, identity="a" * 64, options="false"))
    assert ENGINE.find("cpu", pushed, here=True).image == ID


def test_without_root_the_user_outside_stays_the_user_inside(program, pushed, docker_that_has):
    program("podman", docker_that_has(ID, options="true"))
    found = ENGINE.find("cpu", pushed, here=True)
    assert found.user == f"{os.getuid()}:{os.getgid()}"
    assert "--userns=keep-id" in found.options
    program("podman", docker_that_has(ID, options="false"))
    assert "--userns=keep-id" not in ENGINE.find("cpu", pushed, here=True).options


def test_the_program_that_it_starts_containers_with_may_be_missing(program, refused, pushed, docker_that_has):
    fails = 'case "$1" in run) echo "container-init binary not found" >&2; exit 125;; esac\n'
    program("podman", fails + docker_that_has(ID))
    assert "catatonit" in refused(ENGINE, pushed).hint


def test_the_doctor_finds_gpus_by_cdi(programs, monkeypatch, tmp_path):
    monkeypatch.setattr(container_gpus, "CDI", (tmp_path / "cdi",))
    about = {"host": {"security": {"rootless": True}}, "version": {"Version": "5.2.0"}}
    programs("podman", {"info": json.dumps(about)})

    def found():
        return {finding.name: finding for finding in ENGINE.look()}

    assert found()["podman"].found == "5.2.0, rootless"
    assert found()["podman with GPUs"].state == "absent"
    (tmp_path / "cdi").mkdir()
    (tmp_path / "cdi" / "nvidia.yaml").write_text("")
    assert found()["podman with GPUs"].state == "fine"
