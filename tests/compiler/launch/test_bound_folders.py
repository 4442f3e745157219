"""Which folders a job is given, and where they are."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.compiler.launch.bound_folders import BoundFolders, Mount

# What the file system takes in a name, but for what is not Unicode.
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20)
NAMES = NAMES.filter(lambda name: name != ".")  # which paths leave out


def test_downloads_that_are_not_there_are_not_mounted(tmp_path):
    folders = BoundFolders(tmp_path / "workflow", tmp_path / "store", tmp_path / "hub", tmp_path)
    assert [mount.path.name for mount in folders.mounts(network=False)] == ["workflow", "store"]
    assert folders.variables(network=False) == {}


def test_own_data_are_mounted_to_read_by_their_real_paths(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    data = [tmp_path / "link", tmp_path / "real", tmp_path / "gone"]
    folders = BoundFolders.of(tmp_path / "workflow", tmp_path / "store", {"HOME": str(tmp_path)}, data)
    assert Mount((tmp_path / "real").resolve(), False) in folders.mounts(network=False)
    assert [mount.path.name for mount in folders.mounts(network=False)] == ["workflow", "store", "real"]


def test_the_hub_is_mounted_on_its_own_where_it_lies_elsewhere(tmp_path):
    folders = BoundFolders(
        tmp_path / "workflow", tmp_path / "store", tmp_path / "big" / "hub", tmp_path / "hf"
    )
    mounts = folders.mounts(network=True)
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
    folders = BoundFolders.of(tmp_path, tmp_path, environment)
    assert (str(folders.cache), str(folders.hub)) == (cache, hub)


def test_folders_are_named_without_links(tmp_path):
    (tmp_path / "real" / "study").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    folders = BoundFolders.of(tmp_path / "link" / "study", tmp_path / "link" / "store")
    assert folders.workflow == tmp_path / "real" / "study"
    assert folders.store == tmp_path / "real" / "store"


@given(name=NAMES)
def test_a_mount_is_one_line_of_csv(name):
    text = Mount(Path("/data") / name, writable=False).text
    (row,) = csv.reader([*_lines(text)], strict=True)
    assert row == ["type=bind", f"source=/data/{name}", f"destination=/data/{name}", "ro"]


def _lines(text: str) -> list[str]:
    """As a file would be read, where only a newline ends a line."""
    parts = text.split("\n")
    return [*(part + "\n" for part in parts[:-1]), parts[-1]]
