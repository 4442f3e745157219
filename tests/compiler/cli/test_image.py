import json
from dataclasses import replace

import pytest

from heldout.compiler.images.inputs import own_holdings
from heldout.compiler.images.pins import read_pins

D = f"sha256:{'d' * 64}"
COMMANDS = ("build", "push", "pull", "verify", "sif", "render", "list")


@pytest.fixture(autouse=True)
def place(heldout, monkeypatch):
    """Pins of the test's own folder."""
    for variable in ("HELDOUT_IMAGES", "HELDOUT_REGISTRY", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_FIND_LINKS", "https://wheels.example.org")


@pytest.fixture
def built(heldout, docker):
    assert heldout("image", "build", "cpu", "--base", "base:1").code == 0
    return read_pins().get("cpu")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example(heldout, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    answer = heldout("image", command, "--help")
    assert answer.code == 0
    assert all(len(line) <= 80 for line in answer.out.splitlines())
    assert f"    heldout image {command}" in answer.out


def test_an_image_is_built_pushed_pulled_and_verified(heldout, docker, built):
    pushed = heldout("image", "push", "cpu", "--to", "localhost:5000/me/cpu", "--json")
    assert pushed.code == 0
    pin = json.loads(pushed.out)
    assert pin["container"] == f"docker://localhost:5000/me/cpu@{pin['digest']}"
    assert pin["current"] is True
    docker.images.pop(built.image_id)
    assert heldout("image", "verify", "cpu").code == 1
    assert heldout("image", "pull", "cpu").code == 0
    answer = heldout("image", "verify", "cpu")
    assert (answer.code, answer.out) == (0, "")
    assert "as it was pinned" in answer.err


def test_an_image_of_elsewhere_is_pulled_by_digest_and_pinned_by_its_name(heldout, docker, built, tmp_path):
    heldout("image", "push", "cpu", "--to", "localhost:5000/me/cpu")
    pin = read_pins().get("cpu")
    (tmp_path / ".heldout" / "images.json").unlink()
    assert heldout("image", "pull", pin.reference).code == 0
    assert read_pins().get("cpu") == pin


def test_what_an_image_holds_is_written_down_wherever_it_comes_from(heldout, docker, built, tmp_path):
    heldout("image", "push", "cpu", "--to", "localhost:5000/me/cpu")
    pin = read_pins().get("cpu")
    kept = tmp_path / ".heldout" / "images" / "cpu.catalog.json"
    whole = (len(pin.holds.operators), len(pin.holds.components))
    line = "holds {0} of {0} operators and {1} of {1} components of this version".format(*whole)
    kept.unlink()
    assert "`heldout image verify cpu` does it" in heldout("image", "list").out
    assert line in heldout("image", "verify", "cpu").err
    assert line in heldout("image", "list").out
    kept.unlink()
    docker.images.pop(pin.image_id)
    assert heldout("image", "pull", "cpu").code == 0
    assert read_pins().get("cpu") == pin and kept.is_file()


def test_an_operator_that_was_added_makes_no_image_stale(heldout, docker, built, monkeypatch):
    """The catalog that is shipped, and the recipe with it, change under an image that stays what it is."""
    here = own_holdings()
    grown = replace(here, catalog="sha256:grown", operators={**here.operators, "train/new": "sha256:new"})
    for module in ("heldout.compiler.cli.image.answers", "heldout.compiler.images.inputs"):
        monkeypatch.setattr(f"{module}.own_holdings", lambda: grown)
    monkeypatch.setattr("heldout.compiler.images.inputs.runtime_files", lambda: {"heldout/new.py": b""})
    count = len(here.operators)
    verified = heldout("image", "verify", "cpu")
    assert verified.code == 0
    assert f"holds {count} of {count + 1} operators" in verified.err
    assert "train/new is not in it" in verified.err
    assert "its recipe is sha256:" in verified.err
    listed = next(e for e in json.loads(heldout("image", "list", "--json").out) if e["name"] == "cpu")
    assert listed["current"] is False
    assert listed["holds"]["missing"] == ["train/new"] and listed["holds"]["other_versions"] == []
    assert (listed["holds"]["operators"], listed["holds"]["of_operators"]) == (count, count + 1)


def test_a_tag_is_refused_and_the_pin_stays(heldout, docker, built):
    heldout("image", "push", "cpu", "--to", "localhost:5000/me/cpu")
    pin = read_pins().get("cpu")
    docker.tags["localhost:5000/me/cpu:latest"] = D
    answer = heldout("image", "pull", "localhost:5000/me/cpu:latest")
    assert answer.code == 2
    assert f"localhost:5000/me/cpu@{D}" in answer.err
    assert f"`cpu` is pinned at {pin.digest}" in answer.err
    assert read_pins().get("cpu") == pin


def test_the_registry_may_come_from_the_environment(heldout, built, monkeypatch):
    answer = heldout("image", "push", "cpu")
    assert answer.code == 2 and "--to" in answer.err
    monkeypatch.setenv("HELDOUT_REGISTRY", "localhost:5000/")
    assert heldout("image", "push", "cpu").code == 0
    assert read_pins().get("cpu").repository == "localhost:5000/heldout/cpu"
    monkeypatch.delenv("HELDOUT_REGISTRY")
    assert heldout("image", "push", "cpu").code == 0  # to where it was pushed before


def test_what_differs_is_said_and_ends_with_1(heldout, docker, built):
    image = docker.find(built.image_id)
    image.layers[0] = image.layers[0].replace(b"a shell", b"a snail")
    answer = heldout("image", "verify", "cpu")
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith("layer 1 of 3: sha256:")
    (found,) = json.loads(heldout("image", "verify", "cpu", "--json").out)["differences"]
    assert found["what"] == "layer 1 of 3"


def test_the_list_says_what_every_name_stands_for(heldout, built):
    images = {each["name"]: each for each in json.loads(heldout("image", "list", "--json").out)}
    assert set(images) == {"cuda", "cpu"}
    assert images["cuda"]["image_id"] is None
    assert images["cpu"]["image_id"] == built.image_id
    text = heldout("image", "list").out
    assert f"image {built.image_id}" in text
    assert "`heldout image build cuda`" in text
    assert "not on its recipe's base" in text


def test_definitions_are_written_without_an_engine(heldout, tmp_path):
    assert heldout("image", "render", "cuda").out.startswith("# heldout")
    assert "Bootstrap: docker" in heldout("image", "render", "cuda", "--definition").out
    assert heldout("image", "render", "cpu", "-o", "context").code == 0
    assert (tmp_path / "context" / "Dockerfile").read_text() == heldout("image", "render", "cpu").out
    assert (tmp_path / "context" / "heldout" / "bin" / "python").stat().st_mode & 0o111


def test_wheels_that_the_index_lacks_need_a_place(heldout, docker, monkeypatch):
    monkeypatch.delenv("PIP_FIND_LINKS")
    answer = heldout("image", "build", "cpu", "--base", "base:1")
    assert answer.code == 2
    assert "--find-links" in answer.err and "--wheels" in answer.err
    assert not any("/build" in request for request in docker.asked)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["build", "cpuu"], 2, "write `cpu`"),
        (["build", "cpu", "--wheels", "."], 2, "there are no wheels in ."),
        (["build", "cpu", "--base", "python:3.11"], 2, "a tag can move"),
        (["build", "cpu", "--base", f"python@{D}"], 1, "the registry has no such image"),
        (["pull", "cpu"], 2, "was never built or pulled here"),
        (["pull", f"localhost:5000/cpu@{D}"], 1, "the registry has no such image"),
        (["push", "cpu"], 2, "`heldout image build cpu` builds it here"),
        (["verify", "cpu"], 2, "was never built or pulled here"),
        (["sif", "cuda"], 2, "was never built or pulled here"),
    ],
)
def test_mistakes_are_answered_with_what_to_do(heldout, docker, arguments, code, said):
    answer = heldout("image", *arguments)
    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert read_pins().get("cpu") is None


@pytest.mark.parametrize("command", ["build", "push", "pull", "verify", "sif"])
def test_without_an_engine_it_is_3(heldout, built, monkeypatch, command):
    heldout("image", "push", "cpu", "--to", "localhost:5000/me/cpu")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nothing.sock")
    answer = heldout("image", command, "cpu")
    assert answer.code == 3
    assert "/nothing.sock" in answer.err or "Apptainer is not installed" in answer.err


def test_a_full_disk_of_the_engine_leaves_the_pin(heldout, docker, built):
    docker.fault["POST /images/load"] = "write /var/lib/docker/tmp: no space left on device"
    answer = heldout("image", "build", "cpu", "--base", "base:1", "--no-cache")
    assert answer.code == 1
    assert "the disk that the engine keeps its images on is full" in answer.err
    assert read_pins().get("cpu") == built


def test_damaged_pins_and_times_are_invalid_input(heldout, docker, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    answer = heldout("image", "build", "cpu", "--base", "base:1")
    assert answer.code == 2 and "SOURCE_DATE_EPOCH is `yesterday`" in answer.err
    (tmp_path / ".heldout").mkdir(exist_ok=True)
    (tmp_path / ".heldout" / "images.json").write_text("{")
    answer = heldout("image", "list")
    assert answer.code == 2 and "no file of pins" in answer.err
