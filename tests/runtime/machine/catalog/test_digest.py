"""Modules of which op imports near, far (inside a function) and one of several kinds."""

import pytest

from heldout.runtime.machine.catalog.digest import is_machinery, module_digest

SOURCES = {
    "__init__.py": "__version__ = '1'\n",
    "operator.py": "def operator(f): return f\n",
    "train/__init__.py": "",
    "train/op.py": "from heldout.runtime.operator import operator\nfrom heldout.runtime.operators.train.near import thing\n"
    "from runtime.kinds import One\n",
    "train/near.py": "def thing():\n    from runtime.far import other\n    return other\n",
    "far/__init__.py": "from .deep import other\nother += 0\n",
    "kinds/__init__.py": '"""Kinds."""\n'
    "from runtime.kinds.one import One\nfrom .two import Two\n__all__ = ['One', 'Two']\n",
    "kinds/one.py": "from runtime.kinds.base import Base\nOne = Base\n",
    "kinds/two.py": "Two = 2\n",
    "kinds/base.py": "Base = 1\n",
    "far/deep.py": "other = 1\n",
    "unrelated.py": "x = 1\n",
}


@pytest.fixture
def root(tmp_path):
    for name, text in SOURCES.items():
        path = tmp_path / "runtime" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "runtime"


@pytest.mark.parametrize(
    "name",
    ["train/op.py", "train/near.py", "far/__init__.py", "far/deep.py", "kinds/one.py", "kinds/base.py"],
)
def test_every_imported_module_counts(root, name):
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / name).write_text(SOURCES[name] + "# changed\n")
    assert module_digest("heldout.runtime.operators.train.op", root=root) != before


@pytest.mark.parametrize(
    "name", ["unrelated.py", "operator.py", "__init__.py", "train/__init__.py", "kinds/two.py"]
)
def test_what_is_not_imported_or_cannot_change_a_result_does_not_count(root, name):
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / name).write_text(SOURCES[name] + "# changed\n")
    assert module_digest("heldout.runtime.operators.train.op", root=root) == before


def test_a_new_kind_beside_those_that_are_used_does_not_count(root):
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / "kinds/three.py").write_text("Three = 3\n")
    (root / "kinds/__init__.py").write_text(
        SOURCES["kinds/__init__.py"] + "from runtime.kinds.three import Three\n"
    )
    assert module_digest("heldout.runtime.operators.train.op", root=root) == before


@pytest.mark.parametrize(
    "text", ["from runtime.kinds.two import Two as One\n", "from runtime.kinds.one import One\nOne += 1\n"]
)
def test_a_name_that_comes_from_elsewhere_counts(root, text):
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / "kinds/__init__.py").write_text(text)
    assert module_digest("heldout.runtime.operators.train.op", root=root) != before


def test_who_imports_a_whole_package_counts_all_of_it(root):
    (root / "train/op.py").write_text("import runtime.kinds\n")
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / "kinds/two.py").write_text("Two = 3\n")
    assert module_digest("heldout.runtime.operators.train.op", root=root) != before


def test_newlines_are_normalised(root):
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / "train/op.py").write_bytes(SOURCES["train/op.py"].replace("\n", "\r\n").encode())
    assert module_digest("heldout.runtime.operators.train.op", root=root) == before


def test_a_moved_line_between_modules_counts(root):
    # Names and lengths are part of what is hashed, so equal bytes cut elsewhere differ.
    before = module_digest("heldout.runtime.operators.train.op", root=root)
    (root / "far/deep.py").write_text("")
    (root / "far/__init__.py").write_text(SOURCES["far/__init__.py"] + SOURCES["far/deep.py"])
    assert module_digest("heldout.runtime.operators.train.op", root=root) != before


def test_a_users_file_counts_with_what_it_imports(root, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from runtime.far import other\n")
    before = module_digest("mine", path, root)
    (root / "far/deep.py").write_text("other = 2\n")
    assert module_digest("mine", path, root) != before


def test_machinery():
    assert (
        is_machinery("heldout.runtime.machine.store.packs")
        and is_machinery("heldout.runtime.operator")
        and is_machinery("runtime")
    )
    assert not is_machinery("heldout.runtime.operators.train.classifier") and not is_machinery("operator")
