"""What the tasks of a run took: `python -m benchmarks.task_seconds WORKFLOW STORE`.

From the events of the jobs, which have the seconds of a task until its result was in the store, and from
the store's records, which have those until it was made. One line of JSON, an object a stage.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple


class ShardEvents(NamedTuple):
    """The event log of one shard, in its latest attempt.

    Attributes:
        began, ended: seconds since the epoch, of the first and the last event.
        tasks: the events of the tasks that were computed.
        counts: of tasks by how they ended.
    """

    stage: str
    began: float
    ended: float
    tasks: tuple[dict[str, Any], ...]
    counts: dict[str, int]


def shard_events(workflow: Path) -> Iterator[ShardEvents]:
    """The logs of a workflow in the order in which its shards began."""
    found = []
    for path in workflow.glob("logs/*/*.jsonl"):
        events = [json.loads(line) for line in path.read_text().splitlines()]
        statuses = [event["status"] for event in events if "status" in event]
        computed = tuple(event for event in events if event.get("status") == "computed")
        counts = {status: statuses.count(status) for status in sorted(set(statuses))}
        stage = path.parent.name
        found.append(ShardEvents(stage, events[0]["at"], events[-1]["at"], computed, counts))
    yield from sorted(found, key=lambda shard: shard.began)


def task_seconds(workflow: Path, store: Path) -> dict[str, dict[str, float]]:
    """By stage: tasks, seconds making results and of these on a CPU, seconds putting them into the store."""
    from heldout.runtime.machine.store import Store

    results = Store(store)
    stages: dict[str, dict[str, float]] = {}
    for shard in shard_events(workflow):
        stage = stages.setdefault(shard.stage, {"tasks": 0, "making": 0.0, "cpu": 0.0, "putting": 0.0})
        for event in shard.tasks:
            record = results.record(event["task"])
            if record is None:
                raise ValueError(f"{store} lacks the task {event['task']} of {workflow}")
            stage["tasks"] += 1
            stage["making"] += record["seconds"]
            stage["cpu"] += record["cpu_seconds"]
            stage["putting"] += event["seconds"] - record["seconds"]
    return stages


if __name__ == "__main__":
    print(json.dumps(task_seconds(Path(sys.argv[1]), Path(sys.argv[2]))))
