import pytest

from heldout.runtime.source.neighbours import neighbours_of


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    return folder


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "ops.py"


def test_all_that_a_file_and_its_neighbours_import_is_found(folder):
    file = write(
        folder,
        {
            "ops.py": "import train, torch, random\nfrom .near import x\ndef op():\n    import helpers.late",
            "train.py": "import importlib\nimportlib.import_module('by_text')",
            "near.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import for_types",
            "helpers/__init__.py": "from . import inner",
            "helpers/inner.py": "import ops",
            "helpers/late.py": "",
            **dict.fromkeys(
                ("by_text.py", "for_types.py", "unrelated.py", "random.py", "helpers/other.py"), ""
            ),
        },
    )
    near = neighbours_of(file)
    assert [path.relative_to(folder).as_posix() for path in near.files] == [
        *("by_text.py", "for_types.py", "helpers/__init__.py", "helpers/inner.py", "helpers/late.py"),
        *("near.py", "train.py"),
    ]
    names = {"train": "train.py", "by_text": "by_text.py", "for_types": "for_types.py", "ops": "ops.py"}
    assert near.names == {name: folder / path for name, path in names.items()} | {
        "helpers": folder / "helpers/__init__.py"
    }
    assert folder / "torch.py" in near.missing
    assert folder / "unrelated.py" not in near.missing


def test_a_module_on_the_path_is_the_users_too(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    (tmp_path / "path/lab_of_a_test").mkdir(parents=True)
    (tmp_path / "path/lab_of_a_test/__init__.py").write_text("from . import parts")
    (tmp_path / "path/lab_of_a_test/parts.py").touch()
    near = neighbours_of(write(folder, {"ops.py": "import lab_of_a_test"}))
    lab = tmp_path / "path/lab_of_a_test"
    assert (near.files, near.elsewhere) == ((), (lab / "__init__.py", lab / "parts.py"))
    assert near.names == {}


def test_a_large_package_on_the_path_is_taken_for_a_library(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path / "path"))
    package = tmp_path / "path/large_lab_of_a_test"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for number in range(200):
        (package / f"m{number}.py").touch()
    assert neighbours_of(write(folder, {"ops.py": "import large_lab_of_a_test"})).elsewhere == ()


def test_a_neighbour_that_is_called_like_a_library_is_refused_unless_it_is_imported_by_its_place(folder):
    files = {"ops.py": "import torch", "torch.py": "", "helpers.py": "import torch"}
    with pytest.raises(
        ValueError, match=r"ops\.py imports 'torch', which is torch\.py beside it and also .*from \.torch"
    ):
        neighbours_of(write(folder, files))
    files["ops.py"] = "from .torch import x"
    assert neighbours_of(write(folder, files)).files == (folder / "torch.py",)
    files["ops.py"] = "import helpers"
    with pytest.raises(ValueError, match="imports 'torch'"):
        neighbours_of(write(folder, files))


def test_a_link_to_elsewhere_is_refused(folder, tmp_path):
    (tmp_path / "elsewhere.py").touch()
    (folder / "linked.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(ValueError, match=r"ops\.py imports linked\.py, a link to elsewhere: copy the file"):
        neighbours_of(write(folder, {"ops.py": "import linked"}))
