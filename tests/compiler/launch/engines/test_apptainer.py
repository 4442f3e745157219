"""Apptainer, which is a script here that answers as the real one does."""

from pathlib import Path

import pytest

from heldout.compiler.launch.engines import apptainer as module
from heldout.compiler.launch.engines.apptainer import ENGINE, ApptainerCommand, extra_arguments


def test_apptainer_needs_a_sif_file(program, refused, pin, pushed):
    refusal = refused(ENGINE, pushed)
    assert (refusal.kind, refusal.hint) == ("missing", "`heldout image sif cpu` makes it")
    pin.sif.path.unlink()
    assert "is gone" in str(refused(ENGINE, pin))


def test_a_sif_file_that_was_changed(program, refused, pin):
    pin.sif.path.write_bytes(b"an imagE")
    refusal = refused(ENGINE, pin)
    assert (refusal.kind, str(refusal)) == ("wrong", f"{pin.sif.path} is not the file that was pinned")


def test_apptainer_is_missing_here_or_only_needed_elsewhere(program, refused, pin):
    assert str(refused(ENGINE, pin)) == "apptainer is not installed"
    assert ENGINE.find("cpu", pin, here=False).image == pin.sif.path


def test_the_network_is_cut_off_where_it_can_be(program, pin, monkeypatch):
    monkeypatch.setenv("HELDOUT_APPTAINER_ARGS", "--no-privs")
    calls = program("apptainer", "exit 0")
    found = ENGINE.find("cpu", pin, here=True)
    assert (found.isolates, found.extra) == (True, ("--no-privs",))
    tried = f"exec --cleanenv --containall --net --network=none --no-privs {pin.sif.path} true"
    assert calls.read_text().splitlines() == [tried]
    program("apptainer", 'case "$*" in *--net*) echo "network requires root" >&2; exit 255;; esac')
    assert not ENGINE.find("cpu", pin, here=True).isolates


def test_an_apptainer_that_runs_nothing_says_why(program, refused, pin):
    program("apptainer", "echo INFO: starting >&2; echo 'FATAL: no user namespaces' >&2; exit 255")
    refusal = refused(ENGINE, pin)
    assert refusal.kind == "missing"
    assert str(refusal) == "apptainer cannot run the image cpu: FATAL: no user namespaces"


def test_arguments_that_no_shell_reads(program, refused, pin, monkeypatch):
    monkeypatch.setenv("HELDOUT_APPTAINER_ARGS", "'")
    assert refused(ENGINE, pin).kind == "wrong"


def test_extra_arguments_are_read_as_a_shell_reads_them():
    assert extra_arguments({"HELDOUT_APPTAINER_ARGS": "--no-privs --bind '/a b'"}) == (
        "--no-privs",
        "--bind",
        "/a b",
    )
    assert extra_arguments({}) == ()
    with pytest.raises(ValueError, match="quotation"):
        extra_arguments({"HELDOUT_APPTAINER_ARGS": "'"})


def test_a_container_ends_with_its_job(tmp_path):
    assert ApptainerCommand(Path("/a.sif")).remove_leftovers(tmp_path) == 0


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without settings of the kernel, or rights."""
    monkeypatch.setattr(module, "SETTINGS", tmp_path / "settings")
    monkeypatch.setattr(module, "STARTERS", (str(tmp_path / "starters"),))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return tmp_path


def found():
    return {finding.name: finding for finding in ENGINE.look()}


@pytest.mark.parametrize(
    ("settings", "rights", "state"),
    [
        ({"user/max_user_namespaces": "1000"}, "user namespaces", "fine"),
        ({"user/max_user_namespaces": "0"}, "none", "doubtful"),
        ({"kernel/unprivileged_userns_clone": "0"}, "none", "doubtful"),
        ({"kernel/apparmor_restrict_unprivileged_userns": "1"}, "none", "doubtful"),
        ({"kernel/apparmor_restrict_unprivileged_userns": "0"}, "user namespaces", "fine"),
    ],
)
def test_the_doctor_finds_apptainers_rights(programs, machine, settings, rights, state):
    programs("apptainer", {"--version": "apptainer version 1.4.5"})
    for name, value in settings.items():
        path = machine / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value)
    said = found()
    assert said["apptainer"].found == "1.4.5"
    assert (said["apptainer's rights"].found, said["apptainer's rights"].state) == (rights, state)


def test_a_starter_with_root_rights_mounts_by_the_kernel(programs, machine):
    programs("apptainer", {"--version": "apptainer version 1.4.5"})
    assert found()["apptainer's mounts"].state == "doubtful"  # there is no squashfuse on this path
    starter = machine / "starters" / "apptainer" / "bin" / "starter-suid"
    starter.parent.mkdir(parents=True)
    starter.write_text("")
    starter.chmod(0o4755)
    assert found()["apptainer's rights"].found == "setuid, user namespaces"
    assert found()["apptainer's mounts"].found == "the kernel's squashfs"
