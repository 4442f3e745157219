"""What the doctor says of container engines, from what they say."""

import json

import pytest

from heldout.compiler.cli.doctor import engines as module
from heldout.compiler.cli.doctor.engines import look_at_engines


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine without GPUs' descriptions, settings of the kernel, or rights."""
    monkeypatch.setattr(module, "CDI", (tmp_path / "cdi",))
    monkeypatch.setattr(module, "SETTINGS", tmp_path / "settings")
    monkeypatch.setattr(module, "STARTERS", (str(tmp_path / "starters"),))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return tmp_path


def found():
    return {finding.name: finding for finding in look_at_engines()}


def docker(programs, **about):
    about = {"SecurityOptions": [], "Runtimes": {"runc": {}}, "Driver": "overlay2"} | about
    programs("docker", {"version": "28.2.2", "info": json.dumps(about)})


def test_nothing_is_installed(programs):
    said = found()
    assert {name: finding.state for name, finding in said.items()} == dict.fromkeys(
        ("docker", "podman", "apptainer"), "absent"
    )
    assert all(finding.hint and finding.found == "not installed" for finding in said.values())


def test_docker_whose_daemon_is_not_running(programs):
    programs("docker", {"version": "!Cannot connect to the Docker daemon"})
    assert found()["docker"].state == "absent"
    assert "Cannot connect" in found()["docker"].found


def test_docker_with_and_without_gpus(programs, machine):
    docker(programs)
    assert found()["docker"].found == "28.2.2, rootful, storage overlay2"
    assert found()["docker with GPUs"].found == "no NVIDIA container toolkit"
    programs("nvidia-ctk", {" ": ""})
    assert "set up" in found()["docker with GPUs"].found
    docker(programs, SecurityOptions=["name=seccomp", "name=rootless"], Runtimes={"nvidia": {}})
    assert found()["docker"].found == "28.2.2, rootless, storage overlay2"
    assert found()["docker with GPUs"].state == "fine"


def test_podman_finds_gpus_by_cdi(programs, machine):
    about = {"host": {"security": {"rootless": True}}, "version": {"Version": "5.2.0"}}
    programs("podman", {"info": json.dumps(about)})
    assert found()["podman"].found == "5.2.0, rootless"
    assert found()["podman with GPUs"].state == "absent"
    (machine / "cdi").mkdir()
    (machine / "cdi" / "nvidia.yaml").write_text("")
    assert found()["podman with GPUs"].state == "fine"


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
def test_apptainers_rights(programs, machine, settings, rights, state):
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
