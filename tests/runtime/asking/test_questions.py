import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.asking.questions import choices_of, letter, right_answers
from tests.fixtures.questions import CHOICES, with_choices, with_free_answers


def test_letters_go_on_behind_z():
    assert [letter(place) for place in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_choices_are_two_or_more_and_different():
    assert choices_of(with_choices()) == CHOICES
    for row in (["a"], ["a", "a"], None):
        rows = pa.table({"id": ["x"], "choices": pa.array([row], pa.list_(pa.string()))})
        with pytest.raises(ValueError, match="question x needs two or more different choices"):
            choices_of(Dataset(rows))


def test_a_label_names_an_answer():
    assert right_answers(with_free_answers()) == ["green", "deep blue", "red", "red"]
    rows = with_choices().rows
    wrong = rows.set_column(rows.column_names.index("label"), "label", pa.array([0, 2, 1, 3]))
    with pytest.raises(ValueError, match="the label of q-0-1 is 2, and there are 2 answers"):
        right_answers(Dataset(wrong))
