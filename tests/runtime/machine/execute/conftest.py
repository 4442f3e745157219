import hashlib
import json
from pathlib import Path

import pytest
import torch
from pyarrow import table as pa_table

from heldout.runtime.artifacts import Dataset
from heldout.runtime.lookup import find, register_file
from heldout.runtime.machine.catalog.digest import function_digest
from heldout.runtime.machine.execute.run import run_shard
from heldout.runtime.machine.execute.shard import read_shard
from heldout.runtime.machine.store import Store

TOYS = Path(__file__).with_name("toy_operators.py")


class Bench:
    """A store, and shards of the toy operators."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "store"
        self.done = folder / "done" / "shard.json"
        self.events = folder / "logs" / "shard.jsonl"
        self.traces = folder / "traces"

    def tasks(self, name, parameters=({},), inputs=()):
        """Tasks of an operator as the compiler writes them; coordinates count them."""
        digest = function_digest(find(f"toy-operators/{name}"))
        inputs = inputs or [{}] * len(parameters)
        tasks = []
        for number, (given, read) in enumerate(zip(parameters, inputs, strict=True)):
            identity = {"operator": name, "digest": digest, "parameters": given, "inputs": read}
            task = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
            tasks.append(
                {
                    "task": task,
                    "coordinates": {"number": number},
                    "parameters": given,
                    "components": {},
                    "libraries": {},
                    "inputs": read,
                }
            )
        return tasks

    def shard(self, name, tasks, **changes):
        """The path of a shard file."""
        content = {
            "heldout": 1,
            "study": "toys",
            "stage": name,
            "shard": "000",
            "operator": f"toy-operators/{name}",
            "digest": function_digest(find(f"toy-operators/{name}")),
            "network": False,
            "operators": [str(TOYS)],
            "tasks": tasks,
        }
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(content | changes))
        return path

    def run(self, name, tasks, **changes):
        """Run tasks here; what the done file says."""
        with Store(self.root, name) as store:
            code = run_shard(read_shard(self.shard(name, tasks, **changes)), store, self.done, self.events)
        assert code == 0
        return json.loads(self.done.read_text())

    def value(self, task, metric=None, port="table"):
        return Store(self.root).load(task["task"], port).scalar(metric)

    def traced(self):
        return self.traces.read_text().splitlines() if self.traces.exists() else []

    def put_data(self):
        """Three labelled rows in the store; a reference to them."""
        rows = pa_table({"id": ["a", "b", "c"], "label": [0, 1, 0]})
        with Store(self.root) as store:
            store.put("d" * 64, {}, {"data": Dataset(rows, {"x": torch.ones(3, 2)}, ("no", "yes"))})
        return {"task": "d" * 64, "port": "data"}


@pytest.fixture
def bench(tmp_path, monkeypatch):
    register_file(TOYS)
    bench = Bench(tmp_path)
    monkeypatch.setenv("TRACES", str(bench.traces))
    return bench
