import json

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.__main__ import main
from heldout.runtime.artifacts import Predictions, Table, logits_column
from heldout.runtime.artifacts.columns import read_columns
from heldout.runtime.machine.comparison.agreement import Asked, agreement
from heldout.runtime.machine.store import Store
from heldout.runtime.machine.store.objects import object_folder
from heldout.runtime.machine.store.record import parse_record
from heldout.runtime.results.gather import Trouble

ONE, TWO = "aa" + "0" * 62, "bb" + "0" * 62


def predictions(logit):
    logits = logits_column(np.array([[logit, 0.0]]))
    return Predictions(pa.table({"id": ["a"], "label": [0], "logits": logits}))


@pytest.fixture
def stores(tmp_path):
    """Two stores, and how a cell of them stands."""
    with Store(tmp_path / "kept", key="kept") as kept, Store(tmp_path / "made", key="made") as made:

        class Stores:
            def keep(self, task=ONE, **outputs):
                kept.put(task, {"seconds": 2.0}, outputs)

            def make(self, task=ONE, **outputs):
                made.put(task, {"seconds": 3.0}, outputs)

            def compare(self, tolerance=0.0, task=ONE, old=ONE, troubles=(), measured=False):
                asked = Asked("score", {"seed": 1}, task, old, tolerance, measured)
                (found,) = agreement([asked], kept, made, dict(troubles))
                return found

        yield Stores()


def test_the_same_bytes_are_identical(stores):
    stores.keep(table=Table.of({"accuracy": 0.5}), predictions=predictions(1.0))
    stores.make(table=Table.of({"accuracy": 0.5}), predictions=predictions(1.0))
    found = stores.compare()
    assert (found.state, found.difference, found.kept_seconds, found.seconds) == ("identical", 0.0, 2.0, 3.0)


def test_a_number_that_differs_is_within_its_tolerance_or_different(stores):
    stores.keep(table=Table.of({"accuracy": 0.5}))
    stores.make(table=Table.of({"accuracy": 0.625}))
    for tolerance, state in ((0.0, "different"), (0.12, "different"), (0.125, "within"), (0.5, "within")):
        assert stores.compare(tolerance).state == state
    found = stores.compare()
    assert (found.difference, found.message) == (0.125, "accuracy: 0.5 was kept, 0.625 made")


def test_with_a_tolerance_the_tables_decide(stores):
    stores.keep(table=Table.of({"accuracy": 0.5}), predictions=predictions(1.0))
    stores.make(table=Table.of({"accuracy": 0.5}), predictions=predictions(-1.0))
    assert stores.compare().state == "different"
    assert stores.compare(1e-6).state == "within"


def test_where_there_is_no_table_all_numbers_decide(stores):
    stores.keep(predictions=predictions(1.0))
    stores.make(predictions=predictions(0.5))
    assert [stores.compare(t).state for t in (0.4, 0.5)] == ["different", "within"]


def test_a_cell_without_a_result_says_why(stores):
    stores.keep(table=Table.of({"accuracy": 0.5}))
    failed = {ONE: Trouble("score", {}, "failed", "ValueError: no")}
    found = stores.compare(troubles=failed)
    assert (found.state, found.message) == ("missing", "failed: ValueError: no")
    assert stores.compare(task=TWO, old=None).state == "missing in both"
    stores.make(TWO, table=Table.of({"accuracy": 0.5}))
    assert stores.compare(task=TWO, old=None).state == "new"


def test_a_result_may_be_archived_under_another_task(stores):
    stores.keep(TWO, table=Table.of({"accuracy": 0.5}))
    stores.make(table=Table.of({"accuracy": 0.5}))
    assert stores.compare(old=TWO).state == "identical"


def test_an_output_that_one_side_lacks_is_different(stores):
    stores.keep(table=Table.of({"accuracy": 0.5}))
    stores.make(table=Table.of({"accuracy": 0.5}), curve=Table.of({"loss": 1.0}))
    found = stores.compare(0.5)
    assert (found.state, found.difference) == ("different", None)
    assert found.message == "curve is an output of one of the two only"


def archive_without(root, port):
    """Leave a port out of a store's object, as an archive does: its checksums stay."""
    manifest = object_folder(root, ONE) / "manifest.json"
    record = parse_record(manifest.read_bytes())
    files = {n: f for n, f in record["files"].items() if n.startswith(f"{port}/")}
    record["left_out"] = {"outputs": {port: record["outputs"].pop(port)}, "files": files}
    record["files"] = {n: f for n, f in record["files"].items() if n not in files}
    manifest.write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("made", "tolerance", "state"),
    [(1.0, 0.0, "identical"), (0.5, 0.0, "different"), (0.5, 0.01, "within")],
)
def test_what_was_left_out_is_compared_by_its_checksum(tmp_path, made, tolerance, state):
    values = np.random.default_rng(0).random(150_000)  # too large for a pack, however packed
    wide = Table.columns(metric=["loss"] * len(values), value=values)
    with Store(tmp_path / "kept") as kept, Store(tmp_path / "made") as new:
        kept.put(ONE, {}, {"table": wide, "predictions": predictions(1.0)})
        archive_without(tmp_path / "kept", "predictions")
        new.put(ONE, {}, {"table": wide, "predictions": predictions(made)})
        (found,) = agreement([Asked("model", {}, ONE, ONE, tolerance)], kept, new, {})
    assert found.state == state
    assert found.unmeasured == (("predictions",) if made != 1.0 else ())
    assert state != "different" or found.message == "predictions: other bytes"


def test_a_damaged_archived_file_is_different(stores, tmp_path):
    stores.keep(table=Table.of({"accuracy": 0.5}))
    stores.make(table=Table.of({"accuracy": 0.625}))
    (tar,) = (tmp_path / "kept" / "packs").glob("*.tar")
    tar.write_bytes(bytes(len(tar.read_bytes())))
    assert stores.compare(0.9).state == "different"


def test_the_command_writes_every_cell(tmp_path):
    for name, value in (("kept", 0.5), ("made", 0.75)):
        with Store(tmp_path / name) as store:
            store.put(ONE, {"seconds": 1.0}, {"table": Table.of({"accuracy": value})})
    cells = [
        {
            "stage": "score",
            "coordinates": {"task": "=x", "seed": 0},
            "task": ONE,
            "kept": ONE,
            "tolerance": 0,
        },
        {"stage": "none", "coordinates": {}, "task": TWO, "kept": None, "tolerance": 0},
    ]
    (tmp_path / "asked.json").write_text(json.dumps(cells))
    options = ["--kept", str(tmp_path / "kept"), "--store", str(tmp_path / "made")]
    options += ["--cells", str(tmp_path / "asked.json"), "--done", str(tmp_path / "done")]
    assert main(["agreement", *options, "--out", str(tmp_path / "out")]) == 0
    rows = json.loads((tmp_path / "out" / "cells.json").read_text())
    assert [(row["state"], row["difference"]) for row in rows] == [
        ("different", 0.25),
        ("missing in both", None),
    ]
    table = read_columns(tmp_path / "out" / "cells.parquet").to_pylist()
    assert (table[0]["task"], table[0]["axis.task"], table[1]["axis.seed"]) == (ONE, "=x", None)
    assert "'=x" in (tmp_path / "out" / "cells.csv").read_text()  # no spreadsheet computes it


def test_the_command_refuses_what_it_cannot_read(tmp_path, capsys):
    (tmp_path / "asked.json").write_text('[{"stage": "x"}]')
    options = ["--kept", "k", "--store", "s", "--done", "d", "--out", str(tmp_path / "out")]
    assert main(["agreement", "--cells", str(tmp_path / "asked.json"), *options]) == 2
    assert "missing" in capsys.readouterr().err


def test_what_was_measured_may_be_any_other_number(stores):
    stores.keep(table=Table.of({"value": 0.5}))
    stores.make(table=Table.of({"value": 7.0}))
    assert stores.compare().state == "different"
    found = stores.compare(measured=True)
    assert (found.state, found.difference) == ("within", pytest.approx(6.5 / 7))
