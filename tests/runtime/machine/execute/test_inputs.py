import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset, Model, Predictions, Scalar, Table
from heldout.runtime.machine.catalog.signature import Port
from heldout.runtime.machine.execute.inputs import OBJECT_BYTES, InputLoader, as_port_takes_it
from heldout.runtime.machine.execute.shard import Task
from heldout.runtime.machine.store import Store
from heldout.runtime.operator import Use

PORT = Port("model", Model, False, False, False, Use.CARRIES)


def reading(task):
    return Task("0" * 64, {}, {}, {}, {}, {"model": {"task": task, "port": "model"}})


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as store:
        for name in "abc":
            store.put(name * 64, {}, {"model": Model({"w": torch.ones(1000)}, {})})  # 4000 bytes
        yield store


def test_what_was_used_last_is_kept(store):
    loader = InputLoader(store, max_bytes=2 * (4000 + OBJECT_BYTES))

    def load(name):
        return loader.load(reading(name * 64), (PORT,)).values["model"]

    a, b = load("a"), load("b")
    assert load("a") is a and load("b") is b and load("a") is a
    load("c")  # there is room for two: b goes, which was used longest ago
    assert load("a") is a
    assert load("b") is not b
    loader.clear()
    assert load("a") is not a


def test_one_that_is_larger_than_the_room_is_kept_alone(store):
    loader = InputLoader(store, max_bytes=1)
    a = loader.load(reading("a" * 64), (PORT,)).values["model"]
    assert loader.load(reading("a" * 64), (PORT,)).values["model"] is a


def test_a_port_that_the_operator_lacks(store):
    with pytest.raises(ValueError, match="the operator has no input port 'model'"):
        InputLoader(store).load(reading("a" * 64), ())


def test_labels_leave_datasets_and_predictions():
    rows = pa.table({"id": ["a"], "label": [1], "domain": ["x"]})
    assert Dataset(rows).without_labels().rows.column_names == ["id", "domain"]
    assert Predictions(rows).without_labels().rows.column_names == ["id", "domain"]
    table = Table.of({"accuracy": 0.5})
    assert table.without_labels() is table


def test_a_number_of_a_curve_is_that_at_its_last_step():
    port = Port("numbers", Scalar, False, False, False, Use.CARRIES)
    curve = Table.columns(
        metric=["loss", "loss", "rate", "loss", "loss"],
        value=[4.0, 1.0, 7.0, 2.0, 9.0],
        step=[0, 20, 30, 10, 30],
        group=[None, None, None, None, "a"],
    )
    assert as_port_takes_it(curve, port, "loss") == 1.0
    assert as_port_takes_it(curve, port, "rate") == 7.0
    assert (
        as_port_takes_it(Table.columns(metric=["loss"] * 2, value=[3.0, 2.0], step=[1, 2]), port, None) == 2.0
    )
    twice = Table.columns(metric=["loss"] * 3, value=[3.0, 2.0, 1.0], step=[1, 2, 2])
    with pytest.raises(ValueError, match="expected one value of loss, found 2"):
        as_port_takes_it(twice, port, "loss")
    with pytest.raises(ValueError, match=r"gain, found 0 \(the table has loss, rate\)"):
        as_port_takes_it(curve, port, "gain")
