"""Tables computed again from what a store keeps, and what is left and why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from heldout.runtime.__main__ import main
from heldout.runtime.artifacts import Predictions, Table, logits_column
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.execute.recompute import Recomputed, recompute
from heldout.runtime.machine.store import Store
from heldout.runtime.machine.store.record import parse_record
from heldout.runtime.scoring.scores import scores

SCORE, MEAN, MODEL = "aa" + "0" * 62, "bb" + "0" * 62, "cc" + "0" * 62
LOGITS = logits_column(np.array([[2.0, 0.0], [1.0, 0.0]]))  # the second example's label is 1: half are right
PREDICTIONS = Predictions(pa.table({"id": [0, 1], "label": [0, 1], "logits": LOGITS}))
HALF = Table.of({"mean": 0.5})


def write_shard(plan: Path, stage: str, operator: str, task: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """One shard with one task; what its record says besides outputs."""
    about = {"operator": operator, "digest": function_digest(find(operator))}
    code = {"components": {}, "libraries": {}}
    line = {"task": task, "coordinates": {"seed": 0}, "parameters": {}, **code, "inputs": inputs}
    shard = {
        "heldout": 1,
        "study": "a",
        "stage": stage,
        "shard": "000",
        **about,
        "network": False,
        "operators": [],
    }
    (plan / stage).mkdir(parents=True)
    (plan / stage / "000.json").write_text(json.dumps({**shard, "tasks": [line]}))
    return {**about, "parameters": {}, "components": {}, "inputs": inputs, "seconds": 0.1, "environment": {}}


Keep = Callable[..., tuple[Path, Path]]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """A plan and a store: a classifier's scores whose model was not kept, and the mean of their accuracy."""

    def write(average: Table = HALF, scored: Table | None = None, **more: Any) -> tuple[Path, Path]:
        plan, root = tmp_path / "plan", tmp_path / "store"
        reads = {"model": {"task": MODEL, "port": "model"}, "data": {"task": MODEL, "port": "data"}}
        score = write_shard(plan, "score", "evaluate/classification", SCORE, reads)
        values = {"values": [{"task": SCORE, "port": "table", "metric": "accuracy"}]}
        mean = write_shard(plan, "average", "measure/mean", MEAN, values) | more
        with Store(root) as store:
            table = Table.of(scores(PREDICTIONS)) if scored is None else scored
            store.put(SCORE, score, {"table": table, "predictions": PREDICTIONS})
            store.put(MEAN, mean, {"table": average})
        return plan, root

    return write


def found(kept: tuple[Path, Path]) -> Recomputed:
    plan, root = kept
    with Store(root) as store:
        return recompute(plan, store)


def test_scores_follow_from_predictions_and_means_from_tables(keep: Keep):
    again = found(keep())
    assert again.identical == {"score.table": 1, "average.table": 1}
    assert again.different == []
    assert again.left == {"score.predictions: it reads what was not kept": 1}


def test_a_mean_that_is_another_is_different_by_how_much(keep: Keep):
    again = found(keep(average=Table.of({"mean": 0.75})))
    place = {"stage": "average", "port": "table", "task": MEAN, "coordinates": {"seed": 0}}
    assert again.different == [{**place, "difference": 0.25}]


def test_a_table_of_another_shape_has_no_difference(keep: Keep):
    assert [one["difference"] for one in found(keep(average=Table.of({"other": 0.5}))).different] == [None]


def test_scores_that_are_not_those_of_the_predictions_are_different(keep: Keep):
    better = Table.of(scores(PREDICTIONS) | {"accuracy": 1.0})
    again = found(keep(scored=better))
    # The mean follows from the false table no more: it was 0.5, and the table now says 1.
    assert [(one["stage"], one["difference"]) for one in again.different] == [
        ("average", 0.5),
        ("score", 0.5),
    ]


def test_a_task_that_fails_now_is_different_with_its_error(keep: Keep):
    again = found(keep(scored=Table.of({"nll": 0.1})))
    errors = {one["stage"]: one.get("error", "") for one in again.different}
    assert "accuracy" in errors["average"]


def test_a_record_that_says_that_it_took_long_is_computed_again(keep: Keep):
    again = found(keep(average=Table.of({"mean": 7.0}), seconds=61.0))
    assert [one["stage"] for one in again.different] == ["average"]


def test_what_takes_long_here_is_left(keep: Keep, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("heldout.runtime.machine.execute.recompute.LONGEST_SECONDS", 1e-6)
    again = found(keep(average=Table.of({"mean": 7.0})))
    assert again.left["average.table: it takes longer than a minute"] == 1
    assert again.different == []


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("Trajectory", "it reads data or a model"),
        ("Unheard", "it reads a Unheard, a kind of artifact that is not this runtime's"),
    ],
)
def test_what_reads_heavy_kinds_or_unknown_ones_is_left(keep: Keep, kind: str, reason: str):
    plan, root = keep(average=Table.of({"mean": 7.0}))
    for index in root.glob("packs/*.jsonl"):
        records = [parse_record(line) for line in index.read_bytes().splitlines()]
        records[0]["outputs"]["table"] = kind
        index.write_bytes(b"".join(json.dumps(r, separators=(",", ":")).encode() + b"\n" for r in records))
    again = found((plan, root))
    assert again.different == []
    assert again.left[f"average.table: {reason}"] == 1


def test_an_operator_of_another_version_is_left(keep: Keep):
    plan, root = keep(average=Table.of({"mean": 7.0}))
    shard = json.loads((plan / "average" / "000.json").read_text())
    (plan / "average" / "000.json").write_text(json.dumps(shard | {"digest": "sha256:" + "0" * 64}))
    again = found((plan, root))
    assert again.different == []
    assert any(
        reason.startswith("average.table: the catalog that compiled this plan") for reason in again.left
    )


def test_the_command_writes_json_and_tells_by_its_exit_code(keep: Keep, tmp_path: Path):
    plan, root = keep(average=Table.of({"mean": 0.75}))
    out = tmp_path / "found.json"
    command = ["recompute", "--plan", str(plan), "--store", str(root), "--out", str(out)]
    assert main(command) == 1
    written = json.loads(out.read_text())
    assert written["identical"] == {"score.table": 1} and len(written["different"]) == 1


def test_a_plan_that_cannot_be_read_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "plan" / "a").mkdir(parents=True)
    (tmp_path / "plan" / "a" / "000.json").write_text("[]")
    command = [
        "recompute",
        "--plan",
        str(tmp_path / "plan"),
        "--store",
        str(tmp_path),
        "--out",
        str(tmp_path / "o"),
    ]
    assert main(command) == 2
    assert "of version None" in capsys.readouterr().err
