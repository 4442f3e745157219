"""Training by two processes against training by one, by gloo on this machine's CPU."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.store import Store
from heldout.runtime.resources import Resources
from tests.fixtures.questions import with_choices
from tests.fixtures.tiny_llama import tiny_llama
from tests.runtime.operators.train.test_language_model import language_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
ASKED = {"template": "{question} Answer :", "steps": 6, "learning_rate": 0.003, "record_every": 1}
# Four rows of unequal answers: one process has one of three rows, the other two.
TASKS = {
    "all weights": {"batch_size": 3},
    "tuned": {"batch_size": 3, "tuning": {"lora": {"rank": 2}}},
    # A batch is a row or two, so that a process may have none of its own.
    "few rows": {"batch_tokens": 16, "pack": True},
}


def shard(folder):
    """The path of a shard of all tasks, to be computed by two processes."""
    with Store(folder / "store") as store:
        store.put("d" * 64, {}, {"data": with_choices()})
        store.put("e" * 64, {}, {"model": tiny_llama()})
    inputs = {"data": {"task": "d" * 64, "port": "data"}, "start": {"task": "e" * 64, "port": "model"}}
    tasks = [
        {
            "task": hashlib.sha256(name.encode()).hexdigest(),
            "coordinates": {"name": name},
            "parameters": ASKED | more,
            "components": {},
            "libraries": {},
            "inputs": inputs | {"tokenizer": None},
        }
        for name, more in TASKS.items()
    ]
    path = folder / "shard.json"
    about = {"heldout": 1, "study": "together", "stage": "model", "shard": "000", "network": False}
    code = {"operator": "train/language-model", "operators": []}
    code["digest"] = function_digest(find("train/language-model"))
    spent = {"spread": {"processes": 2}, "resources": {"micro_batch": 1}}
    path.write_text(json.dumps(about | code | spent | {"tasks": tasks}))
    return path


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """What two processes have trained, by the name of the task."""
    folder = tmp_path_factory.mktemp("together")
    words = [sys.executable, "-P", "-m", "heldout.runtime", "run", "--shard", str(shard(folder))]
    words += ["--store", str(folder / "store"), "--done", str(folder / "done.json")]
    words += ["--log-events", str(folder / "events.jsonl")]
    ended = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    done = json.loads((folder / "done.json").read_text())
    assert (done["failed"], done["computed"]) == ([], len(TASKS))
    store = Store(folder / "store")
    found = {}
    for name in TASKS:
        task = hashlib.sha256(name.encode()).hexdigest()
        assert store.record(task)["environment"]["processes"] == 2
        found[name] = store.load(task, "model"), store.load(task, "curve")
    return found


@pytest.mark.parametrize("name", TASKS)
def test_two_processes_train_as_one_does_within_rounding(name, together):
    settings = {**ASKED, **TASKS[name], "resources": Resources(micro_batch=1)}
    alone = language_model(with_choices(), tiny_llama(), checkpoint=Checkpoint(), **settings)
    model, curve = together[name]
    assert curve.rows["value"].to_numpy() == pytest.approx(alone.curve.rows["value"].to_numpy(), rel=1e-4)
    assert model.weights.keys() == alone.model.weights.keys()
    gap = max((model.weights[key] - alone.model.weights[key]).abs().max().item() for key in model.weights)
    assert gap < 1e-4  # six steps of AdamW move a weight by 0.018 at most, and most by nearly as much
    assert (model.base is None) == (alone.model.base is None)
