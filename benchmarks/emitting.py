"""`python -m benchmarks.emitting [--rule-per-task]`: compile and emit `study.yaml`, as `heldout run` does.

One line of JSON on standard output says what was made, and what each part took of a CPU.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.processes import Measured, measure, peak_mb

WORKFLOW = Path("workflow")
STORE = Path("store")


def emit_study(folder: Path, *options: str) -> tuple[Measured, dict[str, Any]]:
    """Compile and emit the study of a folder in a process of its own; the process, and what it said."""
    measured = measure(["-m", "benchmarks.emitting", *options], folder)
    return measured, measured.json()


def main(options: list[str]) -> None:
    from benchmarks.rule_per_task import write_rule_per_task
    from heldout.compiler.lower.emit import emit
    from heldout.compiler.run.source import Source

    began = time.process_time()
    compiled = Source.read(Path("study.yaml")).compile(None)
    compiled_at, compile_peak = time.process_time(), peak_mb()
    emit(compiled, WORKFLOW, STORE)
    emitted_at = time.process_time()
    said = {
        "tasks": {stage.name: stage.tasks for stage in compiled.plan.stages},
        "jobs": sum(len(stage.shards) for stage in compiled.plan.stages),
        "edges": sum(len(shard.needs) for stage in compiled.plan.stages for shard in stage.shards),
        "compile_seconds": compiled_at - began,
        "compile_peak_mb": compile_peak,
        "emit_seconds": emitted_at - compiled_at,
    }
    if "--rule-per-task" in options:
        write_rule_per_task(compiled, Path("rule-per-task"))
        said["rule_per_task_seconds"] = time.process_time() - emitted_at
    print(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1:])
