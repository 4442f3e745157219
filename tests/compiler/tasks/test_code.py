import json

import pytest

from heldout.compiler.tasks.code import changed_code, what_changed
from heldout.compiler.tasks.reuse import Difference, Reuse

OLD, NEW = ("sha256:" + letter * 64 for letter in "ab")


def test_what_has_changed_is_named_and_what_moved_is_not():
    before = {
        "descend in training/descent.py": "1",
        "rate in training/rates.py": "2",
        "warm in old.py": "3",
        "same": "4",
    }
    after = {
        "descend in training/descent.py": "9",
        "rate in training/learning_rate.py": "2",
        "cool in new.py": "5",
        "same": "4",
    }
    assert what_changed(before, after) == [
        "cool in new.py is new",
        "descend in training/descent.py has changed",
        "warm in old.py is reached no more",
    ]


def test_a_statement_is_called_by_its_file():
    before, after = {"line 12 of a.py": "1"}, {"line 14 of a.py": "2"}
    assert what_changed(before, after) == ["what a.py does when it is imported has changed"]
    assert what_changed({"line 12 of a.py": "1"}, {"line 14 of a.py": "1"}) == []


def test_the_store_says_what_the_code_was(tmp_path):
    """Of the operator and of a component; nothing is said of what the store does not know."""
    (tmp_path / "definitions").mkdir()
    for digest in (OLD, NEW):
        path = tmp_path / "definitions" / f"{digest.removeprefix('sha256:')}.json"
        path.write_text(json.dumps({"gone in a.py": digest}))
    differences = (
        Difference("digest", NEW, OLD),
        Difference("components.objectives/coral", NEW, NEW.replace("b", "c")),
        Difference("components.objectives/erm", OLD, NEW),
        Difference("components.networks/mlp", None, OLD),
        Difference("parameters.steps", 3, 4),
    )
    found = changed_code(Reuse("train/classifier", None, {}, differences), tmp_path)
    assert sorted(found) == ["objectives/erm", "train/classifier"]
    assert "gone in a.py is reached no more" in found["train/classifier"]
    assert any(word.startswith("erm in components/objectives/erm.py") for word in found["objectives/erm"])


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 99999])
def test_a_damaged_file_says_nothing(tmp_path, text):
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / f"{'a' * 64}.json").write_text(text)
    found = Reuse("train/classifier", None, {}, (Difference("digest", NEW, OLD),))
    assert changed_code(found, tmp_path) == {}
