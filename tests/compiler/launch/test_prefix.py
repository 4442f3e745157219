"""What stands before a job's command, word by word, and that a shell reads it as it was meant."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from heldout.compiler.launch.apptainer import Apptainer, extra_arguments, snakemake_arguments
from heldout.compiler.launch.docker import Docker
from heldout.compiler.launch.passing import passed
from heldout.compiler.launch.place import Mount, Place
from heldout.compiler.launch.prefix import prefixes
from heldout.compiler.launch.traits import PASSED, Traits
from heldout.compiler.lower.configuration import configuration_text, written_prefixes

TRAIN = Traits("model", gpus=1, gpu_mem_mb=8000, mem_mb=4000)
FETCH = Traits("weights", network=True, mem_mb=4000)
SCORE = Traits("score", mem_mb=4000)
ID = f"sha256:{'a' * 64}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place whose folders are there, so that downloads are mounted too."""
    place = Place(tmp_path / "workflow", tmp_path / "store", tmp_path / "hf" / "hub", tmp_path / "hf")
    place.make(fetches=True)
    return place


def words(traits: Traits, engine: Docker | Apptainer | None, place: Place, here: bool = True) -> list[str]:
    return shlex.split(prefixes([traits], engine, place, here)[traits.name])


def bind(path: Path, *options: str) -> str:
    return ",".join(["--mount=type=bind", f"source={path}", f"destination={path}", *options])


def test_without_containers_there_is_nothing_but_the_wait_for_a_gpu(place):
    broker = ["python", "-P", "-m", "heldout.compiler.launch.slots", "--gpus", "1"]
    assert words(SCORE, None, place) == []
    assert words(TRAIN, None, place) == [*broker, "--gpu-mem-mb", "8000", "--for", "model", "--"]
    assert words(Traits("big", gpus=4), None, place)[4:] == ["--gpus", "4", "--for", "big", "--"]
    assert words(TRAIN, None, place, here=False) == [], "a scheduler gives the GPUs"


def test_docker_word_by_word(place):
    engine = Docker("docker", ID, "1000:1001")
    start = [
        *("docker", "run", "--rm", "--init", "--pull=never", f"--label=heldout.workflow={place.folder}"),
        *("--read-only", "--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777", "--shm-size=4000m"),
        *("--user=1000:1001", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--stop-timeout=60"),
    ]
    own = [bind(place.folder), bind(place.store)]
    own_variables = ["--env=HOME=/tmp", "--env=PYTHONUNBUFFERED=1", f"--env=HELDOUT_IMAGE={ID}"]
    variables = [*own_variables, f"--env=HF_HUB_CACHE={place.hub}"]
    workdir = f"--workdir={place.folder}"
    offline = [*start, "--network=none", *own, bind(place.hub, "ro"), *variables]
    assert words(SCORE, engine, place) == [*offline, workdir, ID]
    slots = ["python", "-P", "-m", "heldout.compiler.launch.slots", "--gpus", "1"]
    gpus = '--gpus="device={gpus}"'
    here = [*slots, "--gpu-mem-mb", "8000", "--for", "model", "--"]
    assert words(TRAIN, engine, place) == [*here, *offline, gpus, workdir, ID]
    given_by_others = [*slots, "--given", "--for", "model", "--"]
    assert words(TRAIN, engine, place, here=False) == [*given_by_others, *offline, gpus, workdir, ID]
    assert words(FETCH, engine, place) == [
        *(*start, "--network=host", *own, bind(place.cache)),
        *(*variables, f"--env=HF_HOME={place.cache}", *(f"--env={name}" for name in PASSED)),
        *(workdir, ID),
    ]


def test_podman_differs_in_how_users_and_devices_are_named(place):
    docker = words(TRAIN, Docker("docker", ID, "1000:1000"), place)
    podman = words(TRAIN, Docker("podman", ID, "1000:1000", keep_id=True), place)
    only_docker = [word for word in docker if word not in podman]
    only_podman = [word for word in podman if word not in docker]
    assert only_docker == ["docker", '--gpus="device={gpus}"']
    assert only_podman == [
        *("podman", "--security-opt=label=disable", "--userns=keep-id"),
        "--device=nvidia.com/gpu={gpu}",
    ]


def test_apptainer_word_by_word(place):
    engine = Apptainer(Path("/images/cpu.sif"), extra=("--no-privs",), reference=ID)
    start = ["apptainer", "exec", "--cleanenv", "--containall"]
    own = [bind(place.folder), bind(place.store)]
    own_variables = ["--env=PYTHONUNBUFFERED=1", "--env=TMPDIR=/dev/shm", f"--env=HELDOUT_IMAGE={ID}"]
    variables = [*own_variables, f"--env=HF_HUB_CACHE={place.hub}"]
    end = [f"--pwd={place.folder}", "--no-privs", "/images/cpu.sif"]
    cut_off = [*start, "--net", "--network=none", *own, bind(place.hub, "ro"), *variables]
    assert words(SCORE, engine, place) == [*cut_off, *end]
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
    assert words(TRAIN, engine, place) == [*slots, "--", *cut_off, "--nv", *end]
    assert words(FETCH, engine, place) == [
        *("python", "-P", "-m", "heldout.compiler.launch.passing", *PASSED, "--"),
        *(*start, *own, bind(place.cache), *variables, f"--env=HF_HOME={place.cache}", *end),
    ]


def test_apptainer_without_the_right_to_cut_off_the_network_does_not_try(place):
    told = words(SCORE, Apptainer(Path("/images/cpu.sif"), isolates=False), place)
    assert not [word for word in told if word.startswith("--net")]


def test_only_jobs_that_fetch_are_told_of_tokens_and_given_the_folder_that_may_hold_one(place):
    for engine in (Docker("docker", ID, "0:0"), Docker("podman", ID, "0:0"), Apptainer(Path("/a.sif"))):
        text = " ".join(words(SCORE, engine, place))
        assert "TOKEN" not in text and f"source={place.cache}," not in text
        assert "HF_TOKEN" in " ".join(words(FETCH, engine, place))


def test_no_value_of_the_users_environment_is_written(place, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy")
    for engine in (Docker("docker", ID, "0:0"), Apptainer(Path("/a.sif"))):
        assert "secret" not in prefixes([FETCH], engine, place)["weights"]


def test_apptainer_is_handed_the_variables_that_are_set():
    handed = passed(("HF_TOKEN", "HTTP_PROXY"), {"HF_TOKEN": "t", "PATH": "/bin"})
    assert handed == {"HF_TOKEN": "t", "PATH": "/bin", "APPTAINERENV_HF_TOKEN": "t"}


def test_downloads_that_are_not_there_are_not_mounted(tmp_path):
    place = Place(tmp_path / "workflow", tmp_path / "store", tmp_path / "hub", tmp_path)
    assert [mount.path.name for mount in place.mounts(network=False)] == ["workflow", "store"]
    assert place.variables(network=False) == {}


def test_the_hub_is_mounted_on_its_own_where_it_lies_elsewhere(tmp_path):
    place = Place(tmp_path / "workflow", tmp_path / "store", tmp_path / "big" / "hub", tmp_path / "hf")
    mounts = place.mounts(network=True)
    assert [(m.path.name, m.writable) for m in mounts[2:]] == [("hf", True), ("hub", True)]


@pytest.mark.parametrize(
    ("environment", "cache", "hub"),
    [
        ({"HOME": "/h"}, "/h/.cache/huggingface", "/h/.cache/huggingface/hub"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/huggingface", "/x/huggingface/hub"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x", "HF_HOME": "/f"}, "/f", "/f/hub"),
        ({"HOME": "/h", "HF_HOME": "/f", "HF_HUB_CACHE": "/b"}, "/f", "/b"),
    ],
)
def test_caches_are_where_the_users_environment_says(tmp_path, environment, cache, hub):
    place = Place.of(tmp_path, tmp_path, environment)
    assert (str(place.cache), str(place.hub)) == (cache, hub)


def test_folders_are_named_without_links(tmp_path):
    (tmp_path / "real" / "study").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    place = Place.of(tmp_path / "link" / "study", tmp_path / "link" / "store")
    assert place.folder == tmp_path / "real" / "study"
    assert place.store == tmp_path / "real" / "store"


# What the file system takes in a name, but for what is not Unicode.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20)


def as_the_shell_reads(prefix: str) -> list[str]:
    """The words that a program is started with by a prefix and a word after it."""
    program = shlex.split(prefix)[0]
    script = f"{program}() {{ printf '%s\\0' \"$@\"; }}; {prefix} last"
    said = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    return said.decode().split("\0")[:-1]


@given(name=NAMES, docker=st.booleans())
@example(name="a b", docker=True)
@example(name="it's \"quoted\", isn't it", docker=True)
@example(name="$(touch pwned) `touch pwned` ${HOME} *", docker=False)
@example(name="line\nline\r,{gpus}\u2028\u0085", docker=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_comes_through_the_configuration_and_the_shell(name, docker):
    folder = Path("/data") / name
    place = Place(folder, folder / "store", Path("/none"), Path("/none"))
    engine = Docker("docker", ID, "0:0") if docker else Apptainer(folder / "a.sif")
    prefix = prefixes([SCORE], engine, place)["score"]
    read = yaml.safe_load(configuration_text("store", {"score": prefix}))["launch"]["score"]
    assert read == prefix
    heard = as_the_shell_reads(read)
    assert heard == [*engine.command(SCORE, place)[1:], "last"]
    assert {f"--workdir={folder}", f"--pwd={folder}"} & set(heard)
    mounts = [word.removeprefix("--mount=") for word in heard if word.startswith("--mount=")]
    assert mounts == [mount.text for mount in place.mounts(False)]


@given(name=NAMES)
def test_a_mount_is_one_line_of_csv(name):
    import csv

    text = Mount(Path("/data") / name, writable=False).text
    (row,) = csv.reader([*_lines(text)], strict=True)
    assert row == ["type=bind", f"source=/data/{name}", f"destination=/data/{name}", "ro"]


def _lines(text: str) -> list[str]:
    """As a file would be read, where only a newline ends a line."""
    parts = text.split("\n")
    return [*(part + "\n" for part in parts[:-1]), parts[-1]]


def test_extra_arguments_are_read_as_a_shell_reads_them():
    assert extra_arguments({"HELDOUT_APPTAINER_ARGS": "--no-privs --bind '/a b'"}) == (
        "--no-privs",
        "--bind",
        "/a b",
    )
    assert extra_arguments({}) == ()
    with pytest.raises(ValueError, match="quotation"):
        extra_arguments({"HELDOUT_APPTAINER_ARGS": "'"})


def test_snakemakes_own_containers_are_given_the_store_and_what_the_user_adds(tmp_path):
    store = tmp_path / "the 'store'"
    (tmp_path / "results").mkdir()
    store.mkdir()
    text = snakemake_arguments("../the 'store'", gpus=True)
    script = f"printf '%s\\0' {text}"
    environment = os.environ | {"HELDOUT_APPTAINER_ARGS": "--no-privs --writable-tmpfs"}
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path / "results", env=environment, capture_output=True, check=True
    )
    told = ["--cleanenv", "--bind", str(store), "--nv", "--no-privs", "--writable-tmpfs"]
    assert done.stdout.decode().split("\0")[:-1] == told
    assert "--nv" not in snakemake_arguments("../store", gpus=False)


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
