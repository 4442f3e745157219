import pyarrow as pa
import torch

from heldout.runtime.artifacts import Dataset


def test_without_labels_nothing_answers():
    rows = pa.table({"id": ["a", "b"], "label": [0, 1], "text": ["1+1=2", "2="], "length": [5, 2]})
    tokens = torch.tensor([[3, 4, 3, 5, 6], [6, 5, 0, 0, 0]])
    answer = torch.tensor([[False] * 4 + [True], [False] * 5])
    data = Dataset(rows, {"tokens": tokens, "answer": answer, "targets": torch.eye(2), "x": torch.ones(2, 1)})
    hidden = data.without_labels()
    assert hidden.rows.column_names == ["id", "length"]
    assert set(hidden.tensors) == {"tokens", "x"}
    assert hidden.tensors["tokens"].tolist() == [[3, 4, 3, 5, 0], [6, 5, 0, 0, 0]]
    assert data.tensors["tokens"][0, 4] == 6  # the data themselves are as they were


def test_conversations_hold_what_is_answered():
    messages = pa.array([[{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}]])
    data = Dataset(pa.table({"id": ["a"], "messages": messages}))
    assert data.without_labels().rows.column_names == ["id"]


def test_captions_are_no_answers():
    data = Dataset(pa.table({"id": ["a"], "label": [0], "text": ["a red circle"]}), {"x": torch.ones(1, 1)})
    assert data.without_labels().rows.column_names == ["id", "text"]
