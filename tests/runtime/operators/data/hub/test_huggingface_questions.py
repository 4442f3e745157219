import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.asking.questions import right_answers
from heldout.runtime.operators.data.hub.huggingface_questions import huggingface_questions

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def published(hub):
    """As ARC lies on the hub: a struct of lists of texts and of their names."""
    choices = [
        {"text": ["blue", "green"], "label": ["A", "B"]},
        {"text": ["red", "one", "two"], "label": ["1", "2", "3"]},
    ]
    table = {
        "question": ["sky?", "rose?"],
        "choices": choices,
        "answerKey": ["A", "1"],
        "subject": ["x", "y"],
    }
    file = io.BytesIO()
    pq.write_table(pa.table(table), file)
    hub("dataset", "lab/arc", COMMIT, {"test.parquet": file.getvalue()})
    return {
        "repository": "lab/arc",
        "revision": COMMIT,
        "choices": "choices.text",
        "names": "choices.label",
        "answer": "answerKey",
    }


def tiny(tmp_path, hub):
    return published(hub)


def test_questions_are_those_of_the_commit(hub):
    data = huggingface_questions(**published(hub), domain="subject")
    assert data.rows["question"].to_pylist() == ["sky?", "rose?"]
    assert data.rows["choices"].to_pylist() == [["blue", "green"], ["red", "one", "two"]]
    assert data.rows["id"].to_pylist() == ["test-0000000", "test-0000001"]
    assert right_answers(data) == ["blue", "red"]
    assert data.domain_names == ("x", "y")


@pytest.mark.slow
def test_so_many_rows_are_drawn_by_the_seed(hub):
    about = published(hub)
    drawn = {huggingface_questions(**about, max_rows=1, seed=seed).rows["id"][0].as_py() for seed in range(8)}
    assert drawn == {"test-0000000", "test-0000001"}


def test_says_which_column_is_not_there(hub):
    with pytest.raises(ValueError, match="there is no column asked"):
        huggingface_questions(**published(hub), question="asked")
