import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.rows.mixture import mixture


def part(ids, tokens, **more):
    rows = {"id": ids, "task": [ids[0]] * len(ids)}
    return Dataset(pa.table(rows), {"tokens": torch.tensor(tokens)}, **more)


def tiny(tmp_path, hub):
    return {"data": [part(["a"], [[1, 2]]), part(["b"], [[3]])]}


def test_rows_follow_one_another_and_sequences_are_padded():
    whole = mixture([part(["a", "b"], [[1, 2, 3], [4, 5, 0]]), part(["c"], [[6]])])
    assert whole.rows["id"].to_pylist() == ["a", "b", "c"]
    assert whole.rows["task"].to_pylist() == ["a", "a", "c"]
    assert whole.tensors["tokens"].tolist() == [[1, 2, 3], [4, 5, 0], [6, 0, 0]]


def test_images_are_joined_as_they_are():
    images = [Dataset(pa.table({"id": [name]}), {"x": torch.ones(1, 3, 2, 2)}) for name in "ab"]
    assert mixture(images).x.shape == (2, 3, 2, 2)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (part(["a"], [[1]]), "the same id"),
        (part(["b"], [[1]], classes=("x",)), "differ in their classes"),
        (part(["b"], [[1]], notes={"vocabulary": []}), "differ in their notes"),
        (Dataset(pa.table({"id": ["b"]}), {"tokens": torch.ones(1, 1)}), "columns or tensors"),
        (Dataset(part(["b"], [[1]]).rows, {"x": torch.ones(1, 1)}), "columns or tensors"),
    ],
)
def test_what_does_not_belong_together_is_refused(other, message):
    with pytest.raises(ValueError, match=message):
        mixture([part(["a"], [[1]]), other])


def test_nothing_is_no_mixture():
    with pytest.raises(ValueError, match="at least one dataset"):
        mixture([])
