import sys

import pytest

from heldout.runtime.source.files import Files
from heldout.runtime.source.imports import Imported


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A package with a module and a package in it, a user's folder, and a folder on Python's path."""
    for name in (
        *("lab/__init__.py", "lab/one.py", "lab/inner/__init__.py", "lab/inner/two.py", "lab/loose/three.py"),
        *("mine/ops.py", "mine/train.py", "mine/helpers/__init__.py", "mine/helpers/a.py", "mine/data/b.py"),
        *("mine/random.py", "mine/both.py", "mine/both_package/x.py"),
        *("path/both.py", "path/both_package/__init__.py", "path/loose.py", "path/work/__init__.py"),
        *("path/work/deep.py",),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    return tmp_path


def place(path, tree):
    return None if path is None else path.relative_to(tree).as_posix()


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("lab", "lab/__init__.py"),
        ("lab.one", "lab/one.py"),
        ("lab.inner", "lab/inner/__init__.py"),
        ("lab.inner.two", "lab/inner/two.py"),
        ("lab.loose", "lab/loose"),
        ("lab.loose.three", "lab/loose/three.py"),
        ("lab.nothing", None),
        ("torch", None),
        ("json", None),
        ("nothing_at_all", None),
    ],
)
def test_a_package_is_followed_by_its_dotted_names(tree, name, found):
    files = Files({"lab": tree / "lab"})
    assert place(files.find(name, tree / "lab/one.py"), tree) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("train", "mine/train.py"),
        ("helpers", "mine/helpers/__init__.py"),
        ("helpers.a", "mine/helpers/a.py"),
        ("data.b", "mine/data/b.py"),
        ("random", None),  # Python's own
        ("torch", None),  # a library
        ("both", None),  # one of two
        ("both_package", "path/both_package/__init__.py"),  # a folder without __init__.py gives way
        ("loose", "path/loose.py"),  # on the path, and no library's
        ("work.deep", "path/work/deep.py"),
    ],
)
def test_a_users_file_imports_what_lies_beside_it_and_what_is_on_the_path(tree, name, found):
    files = Files({"lab": tree / "lab"}, tree / "mine")
    assert place(files.find(name, tree / "mine/ops.py"), tree) == found
    assert set(files.taken) == ({"both"} if name == "both" else set())


def test_what_was_looked_for_beside_a_users_file_is_known(tree):
    files = Files({}, tree / "mine")
    files.find("fast", tree / "mine/ops.py")
    files.find("helpers.fast", tree / "mine/ops.py")
    assert {place(path, tree) for path in files.missing} == {
        *("mine/fast/__init__.py", "mine/fast.py"),
        *("mine/helpers/fast/__init__.py", "mine/helpers/fast.py"),
    }


def test_modules_of_a_package_import_nothing_from_beside_a_users_file(tree):
    assert Files({"heldout": tree / "lab"}, tree / "mine").find("train", tree / "lab/one.py") is None


def test_a_folder_of_ones_own_that_is_on_the_path_is_no_other(tree, monkeypatch):
    monkeypatch.syspath_prepend(str(tree / "mine"))
    files = Files({}, tree / "mine")
    assert place(files.find("train", tree / "mine/ops.py"), tree) == "mine/train.py"
    assert not files.taken


def test_a_module_of_the_working_directory_is_no_other(tree, monkeypatch):
    monkeypatch.chdir(tree / "path")
    monkeypatch.setattr(sys, "path", ["", *sys.path[1:]])
    assert place(Files({}, tree / "mine").find("both", tree / "mine/ops.py"), tree) == "mine/both.py"


@pytest.mark.parametrize(
    ("importer", "level", "name", "found"),
    [
        ("lab/inner/two.py", 1, "", "lab/inner/__init__.py"),
        ("lab/inner/two.py", 2, "one", "lab/one.py"),
        ("lab/inner/__init__.py", 1, "two", "lab/inner/two.py"),
        ("lab/inner/two.py", 3, "one", None),  # beyond the package
        ("mine/ops.py", 1, "train", "mine/train.py"),
        ("mine/helpers/a.py", 2, "train", "mine/train.py"),
        ("mine/ops.py", 2, "lab.one", None),
    ],
)
def test_relative_imports(tree, importer, level, name, found):
    files = Files({"lab": tree / "lab"}, tree / "mine")
    assert place(files.relative(tree / importer, level, name), tree) == found


def test_an_import_loads_the_packages_around_a_module_and_a_module_that_it_takes_from_one(tree):
    files = Files({"lab": tree / "lab"}, tree / "mine")
    loaded = files.loaded(Imported(0, "lab.inner", "two"), tree / "lab/one.py")
    assert {place(one, tree) for one in loaded} == {
        "lab/__init__.py",
        "lab/inner/__init__.py",
        "lab/inner/two.py",
    }
    loaded = files.loaded(Imported(0, "helpers", "no_module"), tree / "mine/ops.py")
    assert {place(one, tree) for one in loaded} == {"mine/helpers/__init__.py"}


def test_what_people_call_a_module(tree):
    files = Files({"lab": tree / "lab", "heldout": tree / "mine"}, tree / "path")
    assert files.label(tree / "lab/inner/two.py") == "lab/inner/two.py"
    assert files.label(tree / "mine/runtime/train/one.py") == "train/one.py"
    assert files.label(tree / "path/work/deep.py") == "work/deep.py"
