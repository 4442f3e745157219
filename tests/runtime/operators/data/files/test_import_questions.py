import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.asking.questions import right_answers
from heldout.runtime.operators.data.files.import_questions import import_questions

TABLE = {
    "question": ["sky?", "grass?", "rose?"],
    "choices": [["blue", "green"], ["red", "green", "one"], ["red", "blue"]],
    "answer": [0, 1, 0],
    "subject": ["air", "land", "land"],
}


def written(folder, table):
    path = folder / "questions.parquet"
    pq.write_table(pa.table(table), path)
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def tiny(tmp_path, hub):
    return {**written(tmp_path, TABLE), "choices": "choices", "answer_as": "index"}


def test_questions_have_as_many_choices_as_they_have(tmp_path):
    data = import_questions(
        **written(tmp_path, TABLE), choices="choices", answer_as="index", domain="subject"
    )
    assert data.rows["choices"].to_pylist() == TABLE["choices"]
    assert data.labels.tolist() == [0, 1, 0]
    assert data.classes == ("A", "B", "C")
    assert data.domain_names == ("air", "land")
    assert data.rows["id"].to_pylist() == ["row-0000000", "row-0000001", "row-0000002"]
    assert right_answers(data) == ["blue", "green", "red"]
    assert "label" not in data.without_labels().rows.column_names


@pytest.mark.parametrize(
    ("answer_as", "answer"),
    [
        ("index", [0, 1, 0]),
        ("number", [1, 2, 1]),
        ("letter", ["A", "B", "A"]),
        ("text", ["blue", "green", "red"]),
    ],
)
def test_an_answer_names_a_choice_in_four_ways(tmp_path, answer_as, answer):
    data = import_questions(
        **written(tmp_path, TABLE | {"answer": answer}), choices="choices", answer_as=answer_as
    )
    assert data.labels.tolist() == [0, 1, 0]


def test_choices_may_have_names_and_lie_in_fields(tmp_path):
    nested = [{"text": row, "label": ["1", "2", "C"][: len(row)]} for row in TABLE["choices"]]
    table = TABLE | {"choices": nested, "key": ["1", "C", "2"], "name": ["a", "b", "c"]}
    data = import_questions(
        **written(tmp_path, table), choices="choices.text", names="choices.label", answer="key", id="name"
    )
    assert data.labels.tolist() == [0, 2, 1]
    assert data.rows["id"].to_pylist() == ["a", "b", "c"]


def test_choices_may_stand_in_columns(tmp_path):
    table = {"question": ["a", "b"], "one": ["x", "y"], "other": ["u", "v"], "answer": [1, 0]}
    data = import_questions(**written(tmp_path, table), choices=["one", "other"], answer_as="index")
    assert right_answers(data) == ["u", "y"]


def test_free_answers_are_the_classes(tmp_path):
    data = import_questions(**written(tmp_path, {"question": ["a", "b", "c"], "answer": [12.0, 3.5, 12.0]}))
    assert data.classes == ("12", "3.5")
    assert right_answers(data) == ["12", "3.5", "12"]


@pytest.mark.parametrize(
    ("changed", "about", "message"),
    [
        (
            {"answer": [0, 3, 0]},
            {"answer_as": "index"},
            "answer of row 1 .* is '3', and its choices are 0, 1, 2",
        ),
        ({"answer": ["blue", None, "red"]}, {}, "column 'answer' lacks 1 values"),
        ({"choices": [["a"], [], ["b"]]}, {}, "lacks choices in row 1"),
        ({"choices": ["a", "b", "c"]}, {}, "choices are lists of texts"),
        ({}, {"choices": "choices.text"}, "which has no field 'text'"),
        ({}, {"question": "asked"}, "there is no column 'asked'"),
        ({}, {"id": "subject", "answer_as": "index"}, "names 1 rows a second time"),
        ({}, {"sha256": "0" * 64}, "the study says 000"),
        ({}, {"path": "nowhere"}, "nowhere is not a file"),
    ],
)
def test_says_what_is_wrong(tmp_path, changed, about, message):
    with pytest.raises(ValueError, match=message):
        import_questions(**({"choices": "choices"} | written(tmp_path, TABLE | changed) | about))
