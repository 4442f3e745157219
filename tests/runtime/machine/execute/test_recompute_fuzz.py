"""Tables of an archive hold any bytes, with checksums that are right: computing again names what is none.

HELDOUT_FUZZ_EXAMPLES=5000 pytest tests/runtime/machine/execute/test_recompute_fuzz.py tries more.
"""

import hashlib
import io
import json
import os
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.artifacts import Table
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.execute.recompute import Recomputed, recompute
from heldout.runtime.machine.store import Store
from tests.fixtures.pace import Soon

EXAMPLES = int(os.environ.get("HELDOUT_FUZZ_EXAMPLES", "300"))
GIVEN, MEAN = "aa" + "0" * 62, "bb" + "0" * 62
OPERATOR = "measure/mean"


def parquet(table: pa.Table) -> bytes:
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan with one task, and the results of that and of the one that it reads."""
    reads = {"values": [{"task": GIVEN, "port": "table", "metric": "accuracy"}]}
    about = {"operator": OPERATOR, "digest": function_digest(find(OPERATOR)), "network": False}
    code = {"components": {}, "libraries": {}}
    line = {"task": MEAN, "coordinates": {}, "parameters": {}, **code, "inputs": reads}
    head = {"heldout": 1, "study": "a", "stage": "average", "shard": "000", "operators": []}
    shard = tmp_path / "plan" / "average" / "000.json"
    shard.parent.mkdir(parents=True)
    shard.write_text(json.dumps({**head, **about, "tasks": [line]}))

    for task, metric in ((GIVEN, "accuracy"), (MEAN, "mean")):
        Table.of({metric: 0.5}).save(tmp_path)
        keep(tmp_path, task, (tmp_path / "table.parquet").read_bytes())
    return tmp_path


def keep(folder: Path, task: str, content: bytes) -> None:
    """The result of a task as an archive has it, with the checksum of these bytes."""
    place = folder / "store" / "objects" / task[:2] / task
    (place / "table").mkdir(parents=True, exist_ok=True)
    (place / "table" / "table.parquet").write_bytes(content)
    file = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    record: dict[str, Any] = {"task": task, "outputs": {"table": "Table"}}
    record["files"] = {"table/table.parquet": file}
    (place / "manifest.json").write_text(json.dumps(record))


def found(folder: Path) -> Recomputed:
    with Store(folder / "store") as store:
        return recompute(folder / "plan", store)


def test_the_sound_result_is_computed_to_the_same_bytes(folder: Path):
    assert found(folder).identical == {"average.table": 1}


@pytest.mark.parametrize("task", [GIVEN, MEAN])
def test_bytes_that_were_changed_end_in_a_finding(soon: Soon, folder: Path, task: str):
    sound = (folder / "store" / "objects" / task[:2] / task / "table" / "table.parquet").read_bytes()
    for seed in range(EXAMPLES // 2):
        chance = random.Random(seed)
        changed = bytearray(sound)
        for _ in range(chance.choice([1, 1, 2, 8])):
            # Half of the changes are in what stands before and behind the values: headers and the footer.
            at = chance.choice(
                [chance.randrange(len(sound)), len(sound) - 1 - chance.randrange(len(sound) // 2)]
            )
            changed[at] = chance.choice([0, 1, 0x7F, 0xFF, changed[at] ^ (1 << chance.randrange(8))])
        keep(folder, task, bytes(changed))
        with soon(35):
            again = found(folder)
        assert len(again.different) + sum(again.identical.values()) + sum(again.left.values()) == 1, seed


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"metric": ["accuracy"], "value": [[0.5]]}),
        pa.table({"metric": [{"a": 1}], "value": [0.5]}),
        pa.table({"metric": pa.array([], pa.string()), "value": pa.array([], pa.float64())}),
        pa.table({"value": pa.array([None], pa.null())}),
        pa.table({}),
        pa.Table.from_arrays(
            [pa.array(["accuracy"]), pa.array([0.5]), pa.array([1.0])], ["metric", "value", "value"]
        ),
    ],
)
def test_tables_with_columns_of_any_kind_end_in_a_finding(folder: Path, table: pa.Table):
    for task in (GIVEN, MEAN):
        sound = (folder / "store" / "objects" / task[:2] / task / "table" / "table.parquet").read_bytes()
        keep(folder, task, parquet(table))
        assert len(found(folder).different) == 1
        keep(folder, task, sound)
