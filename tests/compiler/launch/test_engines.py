"""What is refused before a container is started: engines that are scripts, which answer as real ones do."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from heldout.compiler.images import Pin
from heldout.compiler.images.pins import Sif
from heldout.compiler.launch.engines import find_apptainer, find_docker, remove_containers
from heldout.compiler.launch.intact import is_intact
from heldout.compiler.launch.refusal import Refusal
from heldout.compiler.launch.rules import rule_container

ID = f"sha256:{'a' * 64}"
PIN = Pin("localhost:5000/heldout/cpu", ID, f"sha256:{'b' * 64}", "sha256:r", "sha256:c", "base")
REFERENCE = f"localhost:5000/heldout/cpu@sha256:{'b' * 64}"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Put a shell script on the path, which is otherwise empty but for `sh`'s own; it notes its calls."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> Path:
        calls = tmp_path / f"{name}.calls"
        (folder / name).write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{script}\n')
        (folder / name).chmod(0o755)
        return calls

    return put


def docker_that_has(*images: str, identity: str = ID, options: str = "[name=seccomp]") -> str:
    known = "\n".join(f"*{image}) echo {identity}; exit 0;;" for image in images)
    return f"""\
case "$1 $2" in
  "version --format") echo 20.10;;
  "image inspect") case "$*" in {known} esac; echo "Error: No such image" >&2; exit 1;;
  "info --format") echo "{options}";;
esac"""


def refused(find, *arguments: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        find(*arguments)
    assert caught.value.hint
    return caught.value


def test_an_engine_that_is_not_installed(program):
    for name in ("docker", "podman"):
        refusal = refused(find_docker, name, "cpu", PIN)
        assert (refusal.kind, str(refusal)) == ("missing", f"{name} is not installed")


def test_a_daemon_that_does_not_answer(program):
    program("docker", "echo 'Cannot connect to the Docker daemon. Is it running?' >&2; exit 1")
    refusal = refused(find_docker, "docker", "cpu", PIN)
    assert refusal.kind == "missing"
    assert str(refusal) == "docker does not answer: Cannot connect to the Docker daemon. Is it running?"


def test_an_image_that_the_engine_does_not_have(program):
    program("docker", docker_that_has())
    refusal = refused(find_docker, "docker", "cpu", PIN)
    assert refusal.kind == "missing"
    assert str(refusal) == "docker does not have the image cpu (sha256:aaaaaaaaaaaa…)"
    assert "heldout image pull cpu" in refusal.hint


def test_another_image_under_the_pinned_digest(program):
    program("docker", docker_that_has(REFERENCE, identity=f"sha256:{'f' * 64}"))
    refusal = refused(find_docker, "docker", "cpu", PIN)
    assert refusal.kind == "wrong"
    assert f"is the image sha256:{'f' * 64} in docker, and {ID} was pinned" in str(refusal)


def test_the_image_is_named_by_digest_where_the_engine_knows_it_so_else_by_id(program):
    program("docker", docker_that_has(REFERENCE, ID))
    engine = find_docker("docker", "cpu", PIN)
    assert (engine.image, engine.user) == (REFERENCE, f"{os.getuid()}:{os.getgid()}")
    program("docker", docker_that_has(ID))
    assert find_docker("docker", "cpu", PIN).image == ID


def test_podman_writes_ids_without_their_algorithm(program):
    program("podman", docker_that_has(ID, identity="a" * 64, options="false"))
    assert find_docker("podman", "cpu", PIN).image == ID


def test_without_root_the_user_outside_stays_the_user_inside(program):
    program("docker", docker_that_has(ID, options="[name=seccomp name=rootless]"))
    assert find_docker("docker", "cpu", PIN).user == "0:0"
    program("podman", docker_that_has(ID, options="true"))
    engine = find_docker("podman", "cpu", PIN)
    assert (engine.user, engine.keep_id) == (f"{os.getuid()}:{os.getgid()}", True)


def test_an_engine_that_cannot_run_the_image_says_why(program):
    fails = 'case "$1" in run) echo "exec format error" >&2; exit 125;; esac\n'
    program("docker", fails + docker_that_has(ID))
    refusal = refused(find_docker, "docker", "cpu", PIN)
    assert str(refusal) == "docker cannot run the image cpu: exec format error"
    fails = 'case "$1" in run) echo "container-init binary not found" >&2; exit 125;; esac\n'
    program("podman", fails + docker_that_has(ID))
    assert "catatonit" in refused(find_docker, "podman", "cpu", PIN).hint


@pytest.fixture
def pin(tmp_path: Path) -> Pin:
    """A pin with a SIF file."""
    path = tmp_path / "cpu.sif"
    path.write_bytes(b"an image")
    sif = Sif(path, f"sha256:{hashlib.sha256(b'an image').hexdigest()}")
    return Pin("heldout/cpu", ID, None, "sha256:r", "sha256:c", "base", sif)


def test_apptainer_needs_a_sif_file(program, pin):
    refusal = refused(find_apptainer, "cpu", PIN, True)
    assert (refusal.kind, refusal.hint) == ("missing", "`heldout image sif cpu` makes it")
    pin.sif.path.unlink()
    assert "is gone" in str(refused(find_apptainer, "cpu", pin, True))


def test_a_sif_file_that_was_changed(program, pin):
    pin.sif.path.write_bytes(b"an imagE")
    refusal = refused(find_apptainer, "cpu", pin, True)
    assert (refusal.kind, str(refusal)) == ("wrong", f"{pin.sif.path} is not the file that was pinned")


def test_a_sif_file_is_hashed_again_only_after_it_has_changed(pin, monkeypatch):
    hashed = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: hashed.append(1) or digest(*given))
    assert is_intact(pin.sif) and is_intact(pin.sif)
    assert len(hashed) == 1
    os.utime(pin.sif.path, (1, 1))
    assert is_intact(pin.sif)
    assert len(hashed) == 2
    pin.sif.path.write_bytes(b"another!")
    os.utime(pin.sif.path, (2, 2))
    assert not is_intact(pin.sif) and not is_intact(pin.sif)


def test_apptainer_is_missing_here_or_only_needed_elsewhere(program, pin):
    assert str(refused(find_apptainer, "cpu", pin, True)) == "apptainer is not installed"
    assert find_apptainer("cpu", pin, False).image == pin.sif.path


def test_the_network_is_cut_off_where_it_can_be(program, pin, monkeypatch):
    monkeypatch.setenv("HELDOUT_APPTAINER_ARGS", "--no-privs")
    calls = program("apptainer", "exit 0")
    engine = find_apptainer("cpu", pin, True)
    assert (engine.isolates, engine.extra) == (True, ("--no-privs",))
    tried = f"exec --cleanenv --containall --net --network=none --no-privs {pin.sif.path} true"
    assert calls.read_text().splitlines() == [tried]
    program("apptainer", 'case "$*" in *--net*) echo "network requires root" >&2; exit 255;; esac')
    assert not find_apptainer("cpu", pin, True).isolates


def test_an_apptainer_that_runs_nothing_says_why(program, pin):
    program("apptainer", "echo INFO: starting >&2; echo 'FATAL: no user namespaces' >&2; exit 255")
    refusal = refused(find_apptainer, "cpu", pin, True)
    assert refusal.kind == "missing"
    assert str(refusal) == "apptainer cannot run the image cpu: FATAL: no user namespaces"


def test_arguments_that_no_shell_reads(program, pin, monkeypatch):
    monkeypatch.setenv("HELDOUT_APPTAINER_ARGS", "'")
    assert refused(find_apptainer, "cpu", pin, True).kind == "wrong"


def test_containers_that_a_killed_run_left_are_removed_by_their_folder(program, tmp_path):
    calls = program("docker", docker_that_has(ID) + '\n[ "$1" = ps ] && echo 11 && echo 22\nexit 0')
    engine = find_docker("docker", "cpu", PIN)
    calls.unlink()
    assert remove_containers(engine, tmp_path / "results") == 2
    label = f"label=heldout.workflow={tmp_path.resolve()}/results"
    assert calls.read_text().splitlines() == [f"ps --all --quiet --filter {label}", "rm --force 11 22"]
    program("docker", "exit 0")
    assert remove_containers(engine, tmp_path) == 0


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


def test_notes_beside_a_sif_file_are_read_as_what_they_are(pin):
    note = pin.sif.path.with_name("cpu.sif.checked.json")
    for damaged in ("", "[", json.dumps({"size": 1})):
        note.write_text(damaged)
        assert is_intact(pin.sif)
