import json

import pytest

from heldout.compiler.images import recipe_digest
from heldout.compiler.images.build import BuildFailed, build, plan_build
from heldout.compiler.images.daemon import DaemonError
from heldout.compiler.images.inputs import catalog_digest, own_holdings
from heldout.compiler.images.pins import read_pins, repinned, write_pin
from heldout.compiler.images.recipe import load_images
from heldout.compiler.images.transfer import MovedTag
from heldout.version import release

D = f"sha256:{'d' * 64}"


def test_what_is_built_twice_is_the_same_image(docker, daemon, progress):
    first = build(daemon, "cpu", read_pins(), progress, "base:1")
    raw = docker.asked.count("POST /build")
    second = build(daemon, "cpu", read_pins(), progress, "base:1", no_cache=True)
    assert docker.asked.count("POST /build") == raw + 1
    assert first == second == read_pins().get("cpu")
    assert docker.find(first.image_id).tags == {f"heldout/cpu:{release()}-{first.recipe[7:19]}"}


def test_only_what_was_normalised_stays_in_the_engine(docker, daemon, progress):
    before = set(docker.images)
    pin = build(daemon, "cpu", read_pins(), progress, "base:1")
    assert set(docker.images) - before == {pin.image_id}
    config = json.loads(docker.find(pin.image_id).config)
    assert "container_config" not in config
    names = sorted(path.name for path in read_pins().folder.iterdir())
    assert names == ["cpu.catalog.json", "cpu.cdx.json"]


def test_a_pin_says_what_the_image_is(docker, daemon, progress):
    base = docker.find("base:1").id
    pin = build(daemon, "cpu", read_pins(), progress, "base:1")
    assert pin.base == base  # by its id: what it is called may move
    assert pin.recipe == recipe_digest("cpu", base) != recipe_digest("cpu")
    assert pin.catalog == catalog_digest()
    assert (pin.repository, pin.digest, pin.sif) == ("heldout/cpu", None, None)
    assert pin.holds == own_holdings() == read_pins().get("cpu").holds
    labels = json.loads(docker.find(pin.image_id).config)["config"]["Labels"]
    assert labels == plan_build("cpu", base).labels()


def test_what_is_built_already_is_not_built_again(docker, daemon, progress):
    pin = build(daemon, "cpu", read_pins(), progress, "base:1")
    assert build(daemon, "cpu", read_pins(), progress, "base:1") == pin
    assert docker.asked.count("POST /build") == 1
    docker.images.pop(pin.image_id)
    assert build(daemon, "cpu", read_pins(), progress, "base:1") == pin
    assert docker.asked.count("POST /build") == 2


@pytest.mark.parametrize("no_cache", [False, True])
def test_what_was_built_by_an_older_heldout_learns_what_it_holds(docker, daemon, progress, no_cache):
    pin = build(daemon, "cpu", read_pins(), progress, "base:1")
    (read_pins().folder / "cpu.catalog.json").unlink()
    assert read_pins().get("cpu").holds is None
    assert build(daemon, "cpu", read_pins(), progress, "base:1", no_cache=no_cache) == pin
    assert read_pins().get("cpu") == pin and pin.holds is not None


def test_another_time_makes_another_image(docker, daemon, progress, monkeypatch):
    first = build(daemon, "cpu", read_pins(), progress, "base:1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    second = build(daemon, "cpu", read_pins(), progress, "base:1")
    assert second.image_id != first.image_id
    assert second.recipe == first.recipe


def test_the_same_bytes_keep_what_a_registry_knows_them_by(docker, daemon, progress):
    pushed = repinned(build(daemon, "cpu", read_pins(), progress, "base:1"), "localhost:5000/heldout/cpu", D)
    write_pin(read_pins().path, "cpu", pushed)
    assert (
        build(daemon, "cpu", read_pins(), progress, "base:1", no_cache=True)
        == pushed
        == read_pins().get("cpu")
    )


def test_wheels_of_a_folder_go_in(docker, daemon, progress, tmp_path):
    (tmp_path / "one.whl").write_bytes(b"a wheel")
    pin = build(daemon, "cpu", read_pins(), progress, "base:1", tmp_path)
    assert any(b"a wheel" in layer for layer in docker.find(pin.image_id).layers)


def test_a_page_of_wheels_is_an_argument_of_the_build(docker, daemon, progress, monkeypatch):
    given = {}
    own = daemon.client.api.build
    monkeypatch.setattr(daemon.client.api, "build", lambda **options: given.update(options) or own(**options))
    build(daemon, "cpu", read_pins(), progress, "base:1", find_links="https://wheels.example.org")
    assert given["buildargs"] == {"PIP_FIND_LINKS": "https://wheels.example.org"}


def test_a_base_comes_by_digest(docker, fake_docker, daemon, progress):
    reference = load_images()["cpu"].base.reference
    docker.registry[reference] = fake_docker.stored([fake_docker.tar_of({"bin/python": b""})])
    pin = build(daemon, "cpu", read_pins(), progress)
    assert pin.base == reference
    assert pin.recipe == recipe_digest("cpu")
    docker.images.clear()
    docker.registry.clear()
    with pytest.raises(DaemonError, match="the registry has no such image"):
        build(daemon, "cpu", read_pins(), progress, no_cache=True)


def test_a_base_that_is_not_here_is_named_by_digest(daemon, progress):
    with pytest.raises(MovedTag):
        build(daemon, "cpu", read_pins(), progress, "python:3.11")


@pytest.mark.parametrize("at", ["POST /build", "POST /images/load"])
def test_a_fault_pins_nothing_and_leaves_nothing(docker, daemon, progress, at):
    docker.fault[at] = "no space left on device"
    with pytest.raises((BuildFailed, DaemonError), match="no space left on device"):
        build(daemon, "cpu", read_pins(), progress, "base:1")
    assert read_pins().get("cpu") is None
    assert list(read_pins().folder.glob("*")) == []
    assert len(docker.images) == 1  # the base


def test_a_failed_step_is_shown_with_what_it_said(docker, daemon, progress):
    docker.fault["POST /build"] = "The command '/bin/sh -c false' returned a non-zero code: 1"
    with pytest.raises(BuildFailed, match="returned a non-zero code"):
        build(daemon, "cpu", read_pins(), progress, "base:1")
