"""Whoever chooses engines by name has it: the command line, profiles, the doctor, emitted rules."""

import json

import pytest
import yaml

from heldout.compiler.images.inputs import own_holdings
from heldout.compiler.images.pins import Pin, pins_path, write_pin
from heldout.compiler.launch.registry import choices, engine_called
from heldout.compiler.profiles import load_profile

ID = "sha256:" + "a" * 64


@pytest.fixture
def pin(heldout, tmp_path, monkeypatch):
    monkeypatch.setenv("HELDOUT_IMAGES", str(tmp_path / "images.json"))
    held = own_holdings()
    pinned = Pin("heldout/cpu", ID, None, "sha256:r", held.catalog, "base", holds=held)
    write_pin(pins_path(), "cpu", pinned)
    return pinned


def test_it_is_a_name_that_can_be_chosen(heldout, tmp_path):
    assert "toy" in choices() and engine_called("toy").spans_machines
    assert "|toy>" in heldout("run", "--help").out
    (tmp_path / "config.yaml").write_text("cores: 1\n")
    (tmp_path / "heldout.yaml").write_text("containers: toy\n")
    assert load_profile(tmp_path).containers == "toy"


def test_the_doctor_looks_at_it_and_at_images_in_it(heldout, pin):
    found = {one["name"]: one for one in json.loads(heldout("doctor", "--json").out)}
    assert (found["toy"]["state"], found["toy"]["found"]) == ("fine", "1.0")
    assert found["image cpu in toy"]["found"] == "runs, with the machine's network"


def test_every_rule_starts_in_it(heldout, pin, tmp_path, monkeypatch):
    monkeypatch.setattr("heldout.compiler.run.study.show_what_would_run", lambda folder, how: 0)
    assert heldout("new", "my-study.yaml").code == 0
    run = heldout("run", "my-study.yaml", "--scale", "smoke", "--containers", "toy", "--", "--dry-run")
    assert run.code == 0, run.err
    assert "toy may not cut containers off from the network here" in run.err
    (path,) = tmp_path.glob("results/*/smoke/config.yaml")
    assert set(yaml.safe_load(path.read_bytes())["launch"].values()) == {f"env TOY_IMAGE={ID}"}
