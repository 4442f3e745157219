"""What the runs of a sweep took, from the mean time of a step that DomainBed records."""

import math
from collections.abc import Sequence

from heldout.runtime.machine.domainbed.records import Record, Sweep
from heldout.runtime.machine.report.provenance import Effort, Provenance


def sweep_provenance(sweep: Sweep) -> Provenance:
    """The training time of all runs, by algorithm; evaluation at the checkpoints is not recorded."""
    by_run: dict[str, list[Record]] = {}
    for record in sweep.records:
        by_run.setdefault(record.run, []).append(record)
    seconds: dict[str, list[float]] = {}
    for records in by_run.values():
        seconds.setdefault(records[0].algorithm, []).append(training_seconds(records))
    efforts = [
        Effort(f"training of {algorithm}", len(own), math.fsum(own), max(own))
        for algorithm, own in sorted(seconds.items())
    ]
    efforts.sort(key=lambda effort: -effort.seconds)
    total = math.fsum(effort.seconds for effort in efforts)
    return Provenance((), tuple(efforts) if total else (), len(by_run), total, num_partial=0)


def training_seconds(records: Sequence[Record]) -> float:
    """Seconds of one run's training steps; none where a checkpoint does not say."""
    total, before = 0.0, -1
    for record in sorted(records, key=lambda record: record.step):
        total += (record.step - before) * record.step_seconds
        before = record.step
    return total if math.isfinite(total) else 0.0
