"""Small tables are read from a pack's bytes; other kinds through a folder."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

import heldout.runtime.machine.store.reader as reader
from heldout.runtime.artifacts import Dataset, Predictions, Table, logits_column
from heldout.runtime.machine.store import Store

TASK = hashlib.sha256(b"task").hexdigest()
RECORD = {"operator": "make/it", "seconds": 1.0, "environment": {}}


class Asked(Exception):
    """A folder was asked for."""


@pytest.fixture
def no_folders(monkeypatch):
    def refuse(*_, **__):
        raise Asked

    monkeypatch.setattr(reader.tempfile, "TemporaryDirectory", refuse)


def test_a_packed_table_needs_no_folder(tmp_path, no_folders):
    with Store(tmp_path) as store:
        store.put(TASK, RECORD, {"table": Table.of({"accuracy": 0.25})})
        assert store.load(TASK, "table").scalar("accuracy") == 0.25


def test_packed_predictions_need_no_folder(tmp_path, no_folders):
    rows = pa.table({"id": ["a"], "label": [1], "logits": logits_column(np.array([[0.0, 2.0]]))})
    with Store(tmp_path) as store:
        store.put(TASK, RECORD, {"out": Predictions(rows)})
        assert store.load(TASK, "out").logits.tolist() == [[0.0, 2.0]]


def test_a_kind_of_several_files_is_read_from_a_folder(tmp_path):
    data = Dataset(pa.table({"id": ["a", "b"]}), classes=("no", "yes"))
    with Store(tmp_path) as store:
        store.put(TASK, RECORD, {"data": data})
        assert store.load(TASK, "data").classes == ("no", "yes")


def test_files_of_another_kind_are_refused(tmp_path):
    with Store(tmp_path) as store:
        store.put(TASK, RECORD, {"data": Dataset(pa.table({"id": ["a"]}))})
        with pytest.raises(ValueError, match=r"hold no table\.parquet"):
            store.load(TASK, "data", "Table")
