import importlib.util
import sys

import pytest

from heldout.runtime.source.loading import load_file


@pytest.fixture(autouse=True)
def _only_for_now(monkeypatch):
    """What a test loads, and the way to it, are forgotten."""
    from heldout.runtime.source import loading

    monkeypatch.setattr(loading, "_finder", loading._Finder())
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "ops.py"


NEAR = {
    "ops.py": "import near_train\nfrom near_helpers import deep\nfrom .near_train import fit\n"
    "def later():\n    import near_late\n    return near_late.value",
    "near_train.py": "def fit(): return 1",
    "near_helpers/deep.py": "from .other import value",
    "near_helpers/other.py": "value = 2",
    "near_late.py": "value = 3",
}


def test_neighbours_are_imported_by_their_names_and_by_their_place(tmp_path):
    ops = load_file(write(tmp_path, NEAR), "loaded_ops")
    assert (ops.near_train.fit(), ops.fit(), ops.deep.value, ops.later()) == (1, 1, 2, 3)
    assert ops.__name__ == "loaded_ops"
    assert not [*tmp_path.rglob("*.pyc")]  # whose age in whole seconds would miss an edit


def test_only_what_is_imported_by_name_is_found_beside_a_file(tmp_path):
    load_file(write(tmp_path, {**NEAR, "near_unrelated.py": ""}), "loaded_ops")
    assert importlib.util.find_spec("near_late") is not None
    assert importlib.util.find_spec("near_unrelated") is None
    assert str(tmp_path) not in sys.path


def test_what_lies_beside_a_file_hides_neither_python_nor_a_library(tmp_path):
    hostile = dict.fromkeys(
        ("random.py", "colorsys.py", "torch.py", "runtime.py", "heldout/__init__.py"), "1/0"
    )
    sys.modules.pop("colorsys", None)
    path = write(
        tmp_path,
        {"ops.py": "import colorsys, random\nfrom heldout.runtime.device import compute_device", **hostile},
    )
    assert load_file(path, "loaded_ops").colorsys.hsv_to_rgb(0, 0, 1) == (1, 1, 1)


def test_two_folders_with_neighbours_of_one_name_are_refused_unless_they_are_imported_by_their_place(
    tmp_path,
):
    one = write(tmp_path / "one", {"ops.py": "import near_same", "near_same.py": "x = 1"})
    other = write(tmp_path / "other", {"ops.py": "import near_same", "near_same.py": "x = 2"})
    load_file(one, "loaded_one")
    with pytest.raises(
        ValueError, match=r"would both be imported as 'near_same': rename one, or write `from \.near_same"
    ):
        load_file(other, "loaded_other")
    other.write_text("from .near_same import x")
    assert load_file(other, "loaded_other").x == 2


def test_a_neighbour_whose_name_a_loaded_module_has_is_refused(tmp_path):
    sys.modules["near_there_already"] = sys
    with pytest.raises(ValueError, match="would both be imported as 'near_there_already'"):
        load_file(
            write(tmp_path, {"ops.py": "import near_there_already", "near_there_already.py": ""}),
            "loaded_ops",
        )


def test_a_file_that_fails_leaves_nothing_behind(tmp_path):
    path = write(tmp_path, {"ops.py": "import near_fine\n1/0", "near_fine.py": ""})
    with pytest.raises(ValueError, match=r"ops\.py cannot be imported: ZeroDivisionError: division by zero"):
        load_file(path, "loaded_ops")
    assert not {"loaded_ops", "near_fine"} & set(sys.modules)
    assert importlib.util.find_spec("near_fine") is None
    path.write_text("import near_fine")
    load_file(path, "loaded_ops")


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent))\n"
        "__import__('near_' + 'hidden')",
        "import importlib.util as u\nfrom pathlib import Path\n"
        "spec = u.spec_from_file_location('near_hidden', Path(__file__).parent / 'near_hidden.py')\n"
        "import sys\nsys.modules['near_hidden'] = u.module_from_spec(spec)",
    ],
)
def test_a_module_that_comes_in_by_another_way_than_an_import_is_refused(tmp_path, monkeypatch, code):
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = write(tmp_path, {"ops.py": code, "near_hidden.py": ""})
    message = r"it loads near_hidden\.py, which no import names: write `import near_hidden`"
    with pytest.raises(ValueError, match=message):
        load_file(path, "loaded_ops")


def test_a_module_without_a_file_is_none_of_those_beside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "near_made", raising=False)
    code = "import sys, types\nmade = types.ModuleType('near_made')\nmade.__file__ = '_made.py'\n"
    path = write(tmp_path, {"ops.py": f"{code}sys.modules['near_made'] = made"})
    assert load_file(path, "loaded_ops")
    (tmp_path / "_made.py").touch()
    del sys.modules["near_made"]
    with pytest.raises(ValueError, match=r"it loads _made\.py, which no import names"):
        load_file(path, "loaded_ops")


def test_an_environment_inside_the_folder_is_none_of_its_modules(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path / ".venv/lib"))
    path = write(tmp_path, {"ops.py": "__import__('near_library')", ".venv/lib/near_library.py": ""})
    assert load_file(path, "loaded_ops")


def test_what_is_imported_late_is_compiled_anew_after_an_edit(tmp_path):
    files = {
        "ops.py": "def both():\n    from .late_beside import a\n    from late_folder.deep import b\n"
        "    return a, b",
        "late_beside.py": "a = 1",
        "late_folder/deep.py": "b = 1",
    }
    assert load_file(write(tmp_path, files), "late_ops").both() == (1, 1)
    assert not [*tmp_path.rglob("*.pyc")]
