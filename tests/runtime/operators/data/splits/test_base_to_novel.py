import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.data.splits.base_to_novel import base_to_novel


def data(prefix="row", each=4, names=("a", "b", "c", "d", "e")):
    labels = np.tile(np.arange(len(names)), each)
    rows = {"id": [f"{prefix}-{i}" for i in range(len(labels))], "label": labels}
    return Dataset(pa.table(rows), {"x": torch.arange(float(len(labels)))}, tuple(names))


def tiny(tmp_path, hub):
    return {"data": data(), "shots": 2}


def shown(part):
    return {(i, part.classes[y]) for i, y in zip(part.rows["id"].to_pylist(), part.labels, strict=True)}


def test_the_larger_half_of_the_listed_classes_is_base():
    parts = base_to_novel(data(), shots=2)
    assert parts.train.classes == parts.base.classes == ("a", "b", "c")
    assert parts.novel.classes == ("d", "e")


def test_shots_are_equally_many_and_never_tested():
    parts = base_to_novel(data(), shots=3)
    assert np.bincount(parts.train.labels).tolist() == [3, 3, 3]
    assert np.bincount(parts.base.labels).tolist() == [1, 1, 1]  # 4 - 3
    assert np.bincount(parts.novel.labels).tolist() == [4, 4]
    assert not shown(parts.train) & shown(parts.base)


def test_every_row_keeps_its_class_name_and_its_tensor():
    whole = data()
    truth = shown(whole)
    parts = base_to_novel(whole, shots=2, order="drawn", seed=3)
    assert shown(parts.train) | shown(parts.base) | shown(parts.novel) == truth
    for part in parts:
        assert [f"row-{int(x)}" for x in part.x] == part.rows["id"].to_pylist()


def test_drawn_classes_and_shots_depend_on_the_seed_alone():
    split = {seed: base_to_novel(data(), shots=2, order="drawn", seed=seed) for seed in range(8)}
    assert len({parts.base.classes for parts in split.values()}) > 1
    again = base_to_novel(data(), shots=2, order="drawn", seed=5)
    assert again.train.rows.equals(split[5].train.rows)


def test_other_test_data_are_split_by_the_same_classes():
    parts = base_to_novel(data(), data("test", each=2), shots=4, order="drawn", seed=1)
    own = base_to_novel(data(), shots=4, order="drawn", seed=1)
    assert parts.train.rows.equals(own.train.rows)
    assert parts.base.classes == own.base.classes
    assert all(name.startswith("test-") for name in parts.base.rows["id"].to_pylist())
    assert len(parts.base) == 2 * 3 and len(parts.novel) == 2 * 2


def test_too_few_examples_and_other_classes_are_refused():
    with pytest.raises(ValueError, match="class 'a' has 4 examples, fewer than 5 shots"):
        base_to_novel(data(), shots=5)
    with pytest.raises(ValueError, match="2 classes that are not those"):
        base_to_novel(data(), data(names=("a", "b")), shots=1)
    with pytest.raises(ValueError, match="need two classes"):
        base_to_novel(data(names=("a",)), shots=1)
