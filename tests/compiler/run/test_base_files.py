"""Bases are plain files that lie where they are named: nothing leads elsewhere."""

import os
import shutil
from pathlib import Path

import pytest

from heldout.compiler.diagnostics import Mistakes
from heldout.compiler.run.base_files import fetch_beside
from heldout.compiler.run.source import Source
from heldout.compiler.syntax.including import NotFetched
from heldout.compiler.syntax.yaml_reader import MAX_BYTES

BASE = b"heldout: 1\nbase: low\nstages:\n  digits: {use: data/rotated-digits, angels: [0]}\n"


@pytest.fixture
def folder(tmp_path):
    for name in ("family", "bases"):
        (tmp_path / name).mkdir()
    (tmp_path / "bases" / "low.yaml").write_bytes(BASE)
    (tmp_path / "family" / "a.yaml").write_text("heldout: 1\nstudy: a\ninclude: ../bases/low.yaml\n")
    return tmp_path


def fetched(folder, path):
    return fetch_beside(folder / "family" / "a.yaml")(path)


def test_a_file_in_a_folder_beside_the_specs_own(folder, monkeypatch):
    assert fetched(folder, "../bases/low.yaml") == BASE
    monkeypatch.chdir(folder / "family")
    assert fetch_beside(Path("a.yaml"))("../bases/low.yaml") == BASE
    (folder / "elsewhere").symlink_to(folder / "family")  # whoever names the spec may go by links
    assert fetch_beside(folder / "elsewhere" / "a.yaml")("../bases/low.yaml") == BASE


@pytest.mark.parametrize("link", ["bases/linked.yaml", "linked"])
def test_a_link_is_not_followed_in_any_part(folder, link):
    outside = folder / "outside"
    shutil.copytree(folder / "bases", outside)
    (folder / link).symlink_to(outside / "low.yaml" if link.endswith("yaml") else outside)
    path = f"../{link}" if link.endswith("yaml") else f"../{link}/low.yaml"
    with pytest.raises(NotFetched, match="is a link, or lies behind one"):
        fetched(folder, path)


@pytest.mark.parametrize("path", ["round.yaml", "round/low.yaml"])
def test_links_in_a_circle(folder, path):
    name = path.partition("/")[0]
    (folder / "bases" / name).symlink_to(name)
    with pytest.raises(NotFetched, match="cannot be read"):
        fetched(folder, f"../bases/{path}")


def test_what_is_no_file(folder):
    os.mkfifo(folder / "bases" / "pipe.yaml")
    (folder / "bases" / "folder.yaml").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(NotFetched, match="is no file"):
            fetched(folder, f"../bases/{name}.yaml")
    for path in ("../bases/none.yaml", "../nowhere/low.yaml"):
        with pytest.raises(NotFetched, match="there is no file"):
            fetched(folder, path)
    with pytest.raises(NotFetched, match="cannot be read"):
        fetched(folder, "../bases/low.yaml/low.yaml")


def test_no_more_is_read_than_a_spec_may_have(folder):
    (folder / "bases" / "low.yaml").write_bytes(b"x" * (MAX_BYTES + 9))
    assert len(fetched(folder, "../bases/low.yaml")) == MAX_BYTES + 1


def test_a_mistake_in_a_base_is_drawn_with_the_line_of_its_file(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(Mistakes) as raised:
        Source.read(Path("family/a.yaml")).compile(None)
    (found,) = raised.value.found
    assert (found.code, found.span.file, found.span.line) == ("unknown-argument", "bases/low.yaml", 4)
    drawn = str(raised.value)
    assert drawn.startswith("bases/low.yaml:4:")
    assert "4 |   digits: {use: data/rotated-digits, angels: [0]}" in drawn
