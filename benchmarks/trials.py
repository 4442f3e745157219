"""The trials of a study, for peers: `python -m benchmarks.trials {write WORKFLOW COUNT | compare STORE}`.

`write` makes `trials/data` and, for so many of the plan's scores, evenly spread, `trials/TASK.json` with
all parameters of the trial. `compare` holds the peers' `trials/TASK.result` against a store.
"""

import json
import sys
from pathlib import Path
from typing import Any

from heldout.runtime.machine.execute.shard import read_shard

TRIALS = Path("trials")
STAGES = ("domains", "split", "model", "score")


def write(workflow: Path, count: int) -> list[str]:
    """Write the files of the trials; their names, which are the identities of their scores."""
    from heldout.runtime.lookup import find, register_file

    shards = {
        stage: [read_shard(path) for path in sorted(workflow.glob(f"plan/{stage}/*.json"))]
        for stage in STAGES
    }
    tasks = {task.task: task for stage in STAGES for shard in shards[stage] for task in shard.tasks}
    (domains,) = shards["domains"]
    for path in domains.operators:
        register_file(workflow / path)
    data = TRIALS / "data"
    data.mkdir(parents=True)
    find(domains.operator)(**domains.tasks[0].parameters).save(data)
    scores = [task for shard in shards["score"] for task in shard.tasks]
    chosen = [scores[position * len(scores) // count] for position in range(count)]
    for score in chosen:
        model = tasks[score.inputs["model"]["task"]]
        split = tasks[model.inputs["data"]["task"]]
        trial = {
            "split": split.parameters,
            "model": model.parameters,
            "score": score.parameters,
            "task": model.task,
        }
        (TRIALS / f"{score.task}.json").write_text(json.dumps(trial))
    return [score.task for score in chosen]


def compare(store: Path) -> dict[str, Any]:
    """How far the results in a store are from those of the peers, and how many were trained in stacks."""
    from benchmarks.peer_trial import digest
    from heldout.runtime.machine.store import Store

    results = Store(store)
    largest, same, stacked, count = 0.0, 0, 0, 0
    for path in sorted(TRIALS.glob("*.result")):
        theirs = json.loads(path.read_text())
        model = json.loads(path.with_suffix(".json").read_text())["task"]
        losses = results.load(model, "curve").rows["value"].to_pylist()
        accuracy = results.load(path.stem, "table").scalar("accuracy")
        same += digest(results.load(model, "model").weights) == theirs["weights"]
        stacked += (results.record(model) or {}).get("stack", {}).get("chosen") == "stacked"
        pairs = zip([*losses, accuracy], [*theirs["losses"], theirs["accuracy"]], strict=True)
        largest = max(largest, *(abs(ours - other) for ours, other in pairs))
        count += 1
    said = {"compared": count, "stacked": stacked, "same_weights": same}
    return said | {"largest_difference": largest}


def main(command: str, folder: Path, count: int = 0) -> None:
    print(json.dumps(write(folder, count) if command == "write" else compare(folder)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))
