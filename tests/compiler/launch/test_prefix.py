"""What stands before a job's command, word by word, and that a shell reads it as it was meant."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heldout.compiler.launch.bound_folders import BoundFolders
from heldout.compiler.launch.container_gpus import CDI_GPU, DOCKER_GPUS
from heldout.compiler.launch.docker_command import DockerCommand
from heldout.compiler.launch.engine import ContainerRunner
from heldout.compiler.launch.engines.apptainer import ApptainerCommand
from heldout.compiler.launch.engines.podman import Podman
from heldout.compiler.launch.prefix import prefixes
from heldout.compiler.launch.traits import PASSED, Traits
from heldout.compiler.lower.configuration import configuration_text, written_prefixes

TRAIN = Traits("model", gpus=1, gpu_mem_mb=8000, mem_mb=4000)
FETCH = Traits("weights", network=True, mem_mb=4000)
SCORE = Traits("score", mem_mb=4000)
ID = f"sha256:{'a' * 64}"


@pytest.fixture
def folders(tmp_path: Path) -> BoundFolders:
    """Folders that are there, so that downloads are mounted too."""
    cache = tmp_path / "hf"
    folders = BoundFolders(tmp_path / "workflow", tmp_path / "store", cache / "hub", cache)
    folders.make(fetches=True)
    return folders


def words(
    traits: Traits, runner: ContainerRunner | None, folders: BoundFolders, here: bool = True
) -> list[str]:
    return shlex.split(prefixes([traits], runner, folders, here)[traits.name])


def docker(user: str = "0:0") -> DockerCommand:
    return DockerCommand("docker", ID, user, DOCKER_GPUS)


def podman(rootless: bool = False) -> DockerCommand:
    _, options = Podman().user(rootless)
    return DockerCommand("podman", ID, "1000:1000", CDI_GPU, options)


def bind(path: Path, *options: str) -> str:
    return ",".join(["--mount=type=bind", f"source={path}", f"destination={path}", *options])


def test_without_containers_there_is_nothing_but_the_wait_for_a_gpu(folders):
    broker = ["python", "-P", "-m", "heldout.compiler.launch.slots", "--gpus", "1"]
    assert words(SCORE, None, folders) == []
    assert words(TRAIN, None, folders) == [*broker, "--gpu-mem-mb", "8000", "--for", "model", "--"]
    assert words(Traits("big", gpus=4), None, folders)[4:] == ["--gpus", "4", "--for", "big", "--"]
    assert words(TRAIN, None, folders, here=False) == [], "a scheduler gives the GPUs"


def test_docker_word_by_word(folders):
    engine = docker("1000:1001")
    start = [
        *("docker", "run", "--rm", "--init", "--pull=never", f"--label=heldout.workflow={folders.workflow}"),
        *("--read-only", "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777", "--shm-size=4000m"),
        *("--user=1000:1001", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--stop-timeout=60"),
    ]
    own = [bind(folders.workflow), bind(folders.store)]
    own_variables = ["--env=HOME=/tmp", "--env=PYTHONUNBUFFERED=1", f"--env=HELDOUT_IMAGE={ID}"]
    variables = [*own_variables, f"--env=HF_HUB_CACHE={folders.hub}"]
    workdir = f"--workdir={folders.workflow}"
    offline = [*start, "--network=none", *own, bind(folders.hub, "ro"), *variables]
    assert words(SCORE, engine, folders) == [*offline, workdir, ID]
    slots = ["python", "-P", "-m", "heldout.compiler.launch.slots", "--gpus", "1"]
    gpus = '--gpus="device={gpus}"'
    here = [*slots, "--gpu-mem-mb", "8000", "--for", "model", "--"]
    assert words(TRAIN, engine, folders) == [*here, *offline, gpus, workdir, ID]
    given_by_others = [*slots, "--given", "--for", "model", "--"]
    assert words(TRAIN, engine, folders, here=False) == [*given_by_others, *offline, gpus, workdir, ID]
    assert words(FETCH, engine, folders) == [
        *(*start, "--network=host", *own, bind(folders.cache)),
        *(*variables, f"--env=HF_HOME={folders.cache}", *(f"--env={name}" for name in PASSED)),
        *(workdir, ID),
    ]


def test_podman_differs_in_how_users_and_devices_are_named(folders):
    in_docker = words(TRAIN, docker("1000:1000"), folders)
    in_podman = words(TRAIN, podman(rootless=True), folders)
    only_docker = [word for word in in_docker if word not in in_podman]
    only_podman = [word for word in in_podman if word not in in_docker]
    assert only_docker == ["docker", '--gpus="device={gpus}"']
    assert only_podman == [
        *("podman", "--security-opt=label=disable", "--userns=keep-id"),
        "--device=nvidia.com/gpu={gpu}",
    ]


def test_apptainer_word_by_word(folders):
    engine = ApptainerCommand(Path("/images/cpu.sif"), extra=("--no-privs",), reference=ID)
    start = ["apptainer", "exec", "--cleanenv", "--containall"]
    own = [bind(folders.workflow), bind(folders.store)]
    own_variables = ["--env=PYTHONUNBUFFERED=1", "--env=TMPDIR=/dev/shm", f"--env=HELDOUT_IMAGE={ID}"]
    variables = [*own_variables, f"--env=HF_HUB_CACHE={folders.hub}"]
    end = [f"--pwd={folders.workflow}", "--no-privs", "/images/cpu.sif"]
    cut_off = [*start, "--net", "--network=none", *own, bind(folders.hub, "ro"), *variables]
    assert words(SCORE, engine, folders) == [*cut_off, *end]
    slots = [
        "python",
        "-P",
        "-m",
        "heldout.compiler.launch.slots",
        "--gpus",
        "1",
        "--gpu-mem-mb",
        "8000",
        "--for",
        "model",
    ]
    assert words(TRAIN, engine, folders) == [*slots, "--", *cut_off, "--nv", *end]
    assert words(FETCH, engine, folders) == [
        *("python", "-P", "-m", "heldout.compiler.launch.apptainer_environment", *PASSED, "--"),
        *(*start, *own, bind(folders.cache), *variables, f"--env=HF_HOME={folders.cache}", *end),
    ]


def test_apptainer_without_the_right_to_cut_off_the_network_does_not_try(folders):
    told = words(SCORE, ApptainerCommand(Path("/images/cpu.sif"), isolates=False), folders)
    assert not [word for word in told if word.startswith("--net")]


def test_only_jobs_that_fetch_are_told_of_tokens_and_given_the_folder_that_may_hold_one(folders):
    for engine in (docker(), podman(), ApptainerCommand(Path("/a.sif"))):
        text = " ".join(words(SCORE, engine, folders))
        assert "TOKEN" not in text and f"source={folders.cache}," not in text
        assert "HF_TOKEN" in " ".join(words(FETCH, engine, folders))


def test_no_value_of_the_users_environment_is_written(folders, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy")
    for engine in (docker(), ApptainerCommand(Path("/a.sif"))):
        assert "secret" not in prefixes([FETCH], engine, folders)["weights"]


# What the file system takes in a name, but for what is not Unicode.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20)


def as_the_shell_reads(prefix: str) -> list[str]:
    """The words that a program is started with by a prefix and a word after it."""
    program = shlex.split(prefix)[0]
    script = f"{program}() {{ printf '%s\\0' \"$@\"; }}; {prefix} last"
    said = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    return said.decode().split("\0")[:-1]


@given(name=NAMES, in_docker=st.booleans())
@example(name="a b", in_docker=True)
@example(name="it's \"quoted\", isn't it", in_docker=True)
@example(name="$(touch pwned) `touch pwned` ${HOME} *", in_docker=False)
@example(name="line\nline\r,{gpus}\u2028\u0085", in_docker=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_comes_through_the_configuration_and_the_shell(name, in_docker):
    folder = Path("/data") / name
    folders = BoundFolders(folder, folder / "store", Path("/none"), Path("/none"))
    engine = docker() if in_docker else ApptainerCommand(folder / "a.sif")
    prefix = prefixes([SCORE], engine, folders)["score"]
    read = yaml.safe_load(configuration_text("store", {"score": prefix}))["launch"]["score"]
    assert read == prefix
    heard = as_the_shell_reads(read)
    assert heard == [*engine.command(SCORE, folders)[1:], "last"]
    assert {f"--workdir={folder}", f"--pwd={folder}"} & set(heard)
    mounts = [word.removeprefix("--mount=") for word in heard if word.startswith("--mount=")]
    assert mounts == [mount.text for mount in folders.mounts(False)]


def test_what_was_written_is_kept_for_the_same_workflow_alone(tmp_path):
    path = tmp_path / "config.yaml"
    assert written_prefixes(path, "store", ["a"]) is None
    path.write_text(configuration_text("store", {"a": "docker run", "b": ""}))
    assert written_prefixes(path, "store", ["a", "b"]) == {"a": "docker run", "b": ""}
    assert written_prefixes(path, "elsewhere", ["a", "b"]) is None
    assert written_prefixes(path, "store", ["a", "b", "new"]) is None
    for damaged in ("store: store\n", "[", json.dumps({"launch": 3}), "3"):
        path.write_text(damaged)
        assert written_prefixes(path, "store", ["a", "b"]) is None


def test_several_machines_are_started_from_outside_of_the_container_wherever_jobs_run(folders):
    wide = Traits("model", gpus=4, nodes=2, cores=8)
    machines = ["python", "-P", "-m", "heldout.compiler.launch.machines"]
    size = ["--nodes", "2", "--cores", "8", "--gpus", "4", "--for", "model", "--"]
    assert words(wide, None, folders) == [*machines, *size] == words(wide, None, folders, here=False)
    inside = words(wide, ApptainerCommand(Path("/images/cuda.sif")), folders, here=False)
    assert inside[: len(machines + size)] == [*machines, *size]
    assert "--network=none" not in inside
    alone = words(Traits("model", gpus=4), ApptainerCommand(Path("/images/cuda.sif")), folders, here=False)
    assert "--network=none" in alone
