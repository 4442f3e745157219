import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Artifact, Dataset, Graph, Model, Predictions, Table, logits_column
from heldout.runtime.machine.comparison.distance import FAR, distance


def predictions(logits, labels=(0, 1), ids=("a", "b")):
    rows = {"id": list(ids), "label": list(labels), "logits": logits_column(np.array(logits))}
    return Predictions(pa.table(rows))


def test_the_same_is_at_no_distance():
    assert distance(Table.of({"a": 1.0}), Table.of({"a": 1.0})).size == 0
    nan = Table.of({"a": float("nan"), "b": float("inf")})
    assert distance(nan, Table.of({"a": float("nan"), "b": float("inf")})).size == 0
    assert distance(predictions([[1.0, 0], [0, 1]]), predictions([[1.0, 0], [0, 1]])).size == 0
    assert distance(Table.of({}), Table.of({})).size == 0


@pytest.mark.parametrize(
    ("kept", "made", "size"),
    [
        (0.5, 0.75, 0.25),  # below one: |x - y|
        (4.0, 5.0, 0.2),  # above: of the larger one, 1 / 5
        (-2.0, 2.0, 2.0),  # 4 / 2
        (float("nan"), 0.0, FAR),
        (float("inf"), 0.0, FAR),
    ],
)
def test_numbers_are_relative_above_one_and_absolute_below(kept, made, size):
    found = distance(Table.of({"loss": kept}), Table.of({"loss": made}))
    assert found.size == pytest.approx(size)
    assert found.where.startswith("loss: ")


def test_the_largest_difference_is_named_with_its_row():
    columns = {"metric": ["a", "a", "a"], "step": [1, 2, 3]}
    kept = Table.columns(value=[0.0, 0.0, 0.0], **columns)
    made = Table.columns(value=[0.1, 0.5, 0.2], **columns)
    assert distance(kept, made) == (0.5, "a, step 2: 0 was kept, 0.5 made")


def test_tables_of_other_rows_are_far():
    assert distance(Table.of({"a": 1.0}), Table.of({"b": 1.0})).size == FAR
    assert distance(Table.of({"a": 1.0}), Table.of({"a": 1.0, "b": 1.0})).size == FAR
    assert distance(Table.of({"a": 1.0}), predictions([[1.0, 0], [0, 1]])).size == FAR


def test_predictions_are_as_far_as_their_logits():
    near = distance(predictions([[1.0, 0], [0, 1]]), predictions([[1.0, 0.25], [0, 1]]))
    assert near == (0.25, "logits")
    other = predictions([[1.0, 0], [0, 1]], labels=(0, 0))
    assert distance(predictions([[1.0, 0], [0, 1]]), other) == (FAR, "label")
    assert distance(predictions([[1.0, 0], [0, 1]]), predictions([[1.0, 0, 2], [0, 1, 2]])).size == FAR
    fewer = predictions([[1.0, 0]], labels=[0], ids=["a"])
    assert "2 rows were kept, 1 made" in distance(predictions([[1.0, 0], [0, 1]]), fewer).where


def test_models_are_as_far_as_their_weights():
    kept = Model({"w": torch.tensor([1.0, 2.0]), "n": torch.tensor([1, 2])}, {"network": "linear"})
    near = Model({"w": torch.tensor([1.0, 2.5]), "n": torch.tensor([1, 2])}, {"network": "linear"})
    assert distance(kept, near) == (0.2, "w")  # 0.5 / 2.5
    for weights, where in (
        ({"w": torch.tensor([1.0, 2.0]), "n": torch.tensor([1, 3])}, "n"),
        ({"w": torch.tensor([1.0]), "n": torch.tensor([1, 2])}, "w"),
        ({"w": torch.tensor([1.0, 2.0])}, "weights has other names"),
    ):
        assert distance(kept, Model(weights, {"network": "linear"})) == (FAR, where)
    assert distance(kept, Model(kept.weights, {"network": "cnn"})) == (FAR, "config")


def test_data_are_as_far_as_their_tensors_and_rows():
    rows = pa.table({"id": ["a"], "weight": [0.5]})
    kept = Dataset(rows, {"x": torch.tensor([0.0])}, ("one",))
    assert distance(kept, Dataset(rows, {"x": torch.tensor([0.5])}, ("one",))) == (0.5, "x")
    other = pa.table({"id": ["a"], "weight": [0.75]})
    assert distance(kept, Dataset(other, kept.tensors, ("one",))) == (0.25, "weight")
    assert distance(kept, Dataset(rows, kept.tensors, ("two",))) == (FAR, "classes")
    assert distance(kept, Dataset(rows.rename_columns(["id", "w"]), kept.tensors, ("one",))).size == FAR


def test_graphs_are_as_far_as_their_features_and_edges():
    rows, edges = pa.table({"id": ["a", "b"]}), torch.tensor([[0], [1]])
    kept = Graph(rows, torch.tensor([[1.0], [2.0]]), edges)
    assert distance(kept, Graph(rows, torch.tensor([[1.0], [2.5]]), edges)) == (0.2, "x")  # 0.5 / 2.5
    assert distance(kept, Graph(rows, kept.x, edges.flip(0))) == (FAR, "edge_index")


class Signal(Artifact):
    """A kind that no list names, and no dataclass."""

    def __init__(self, **values):
        vars(self).update(values)

    def save(self, folder): ...

    @classmethod
    def load(cls, folder): ...


def test_kinds_of_ones_own_are_as_far_as_what_they_hold():
    kept = Signal(samples=np.array([1.0, 2.0]), bands=[np.array([0, 1])], name="a")
    assert distance(kept, Signal(samples=np.array([1.0, 2.5]), bands=kept.bands, name="a")) == (
        0.2,
        "samples",
    )
    assert distance(kept, Signal(samples=kept.samples, bands=[np.array([0, 2])], name="a")) == (FAR, "bands")
    assert distance(kept, Signal(samples=kept.samples, bands=[], name="a")) == (FAR, "bands")
    assert distance(kept, Signal(samples=kept.samples, bands=kept.bands, name="b")) == (FAR, "name")
    assert distance(kept, Signal(samples=kept.samples)) == (FAR, "other names")
    assert distance(kept, Signal(samples=kept.samples, bands=kept.bands, name="a")).size == 0
