import importlib.metadata
import sys
import types

import pytest

from heldout.runtime.lookup import find, register_file
from heldout.runtime.operators.train.classifier import classifier


def write(path, text):
    path.write_text(text)
    return path


OPERATOR = """
from heldout.runtime.artifacts import Table
from heldout.runtime.operator import operator

@operator
def {name}() -> Table:
    '''A table.'''
"""


def test_names_of_the_package_with_dashes_or_underscores():
    assert find("train/classifier") is classifier
    assert find("objectives/group-dro") is find("objectives/group_dro")


@pytest.mark.parametrize(
    "name", ["train/nothing", "nothing/at-all", "classifier", "train/../train/classifier", ""]
)
def test_unknown_names(name):
    with pytest.raises(ValueError, match="the runtime has no operator or component"):
        find(name)


def test_a_part_of_an_operator_has_no_name():
    with pytest.raises(ValueError, match="no operator or component 'train/-full-batch-run'"):
        find("train/_full_batch_run")


def test_a_users_file_may_hold_several(tmp_path):
    text = OPERATOR.format(name="first_one") + OPERATOR.format(name="second")
    path = write(tmp_path / "several_of_mine.py", text)
    assert register_file(path) == ["several-of-mine/first-one", "several-of-mine/second"]
    assert find("several-of-mine/first-one").__name__ == "first_one"
    assert register_file(path) == ["several-of-mine/first-one", "several-of-mine/second"]  # once is enough


def test_faults_of_a_users_file(tmp_path):
    with pytest.raises(ValueError, match=r"there is no Python file .*absent\.py"):
        register_file(tmp_path / "absent.py")
    with pytest.raises(ValueError, match=r"empty\.py declares nothing"):
        register_file(write(tmp_path / "empty.py", ""))
    with pytest.raises(ValueError, match=r"broken\.py cannot be imported: ZeroDivisionError"):
        register_file(write(tmp_path / "broken.py", "1 / 0"))
    text = "from heldout.runtime.component import component\n@component\ndef thing(): ...\n"
    with pytest.raises(ValueError, match=r"kindless\.py: thing needs @component\(kind="):
        register_file(write(tmp_path / "kindless.py", text))
    text = text.replace("@component", "@component(kind='objectives')").replace("thing", "erm")
    with pytest.raises(ValueError, match="'objectives/erm' is already the name"):
        register_file(write(tmp_path / "taken.py", text))


def test_two_files_of_one_name(tmp_path):
    (tmp_path / "other").mkdir()
    register_file(write(tmp_path / "twice.py", OPERATOR.format(name="one")))
    with pytest.raises(ValueError, match="would both be called 'twice'"):
        register_file(write(tmp_path / "other" / "twice.py", OPERATOR.format(name="one")))


def test_entry_points_offer_modules(monkeypatch):
    module = types.ModuleType("offered_operators")
    sys.modules["offered_operators"] = module
    exec(OPERATOR.format(name="from_afar"), vars(module))
    module.from_afar.__module__ = "offered_operators"
    point = importlib.metadata.EntryPoint("my_lab", "offered_operators", "heldout.operators")
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point])
    assert find("my-lab/from-afar") is module.from_afar
