"""What of a report was measured, where, and how: what tasks cost, and what was computed of that."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from heldout.runtime.costs import COST
from heldout.runtime.results.numbers import listing
from heldout.runtime.results.plan import ReportPlan

# What of an environment tells machines apart, on which costs differ; versions of libraries move them too.
MACHINE = ("device", "gpu", "processor", "cpu", "platform", "threads", "torch")


class RecordStore(Protocol):
    """What is asked of the store."""

    def record(self, task: str) -> Mapping[str, Any] | None: ...


def measured_ports(plan: ReportPlan) -> frozenset[tuple[str, str]]:
    """The outputs, by stage and name, whose numbers were measured."""
    return frozenset(
        (stage["name"], port)
        for stage in plan.about.get("stages", ())
        for port, output in stage["outputs"].items()
        if output.get("measured")
    )


def how_measured(plan: ReportPlan, store: RecordStore) -> tuple[str, ...]:
    """Where and how the costs that a report shows were measured, in sentences; none where it shows none."""
    records = list(_measured_tasks(plan, store))
    if not records:
        return ()
    said = ["Seconds and memory are those of the run that computed each task: they are no part of a result."]
    machines = Counter(_machine(record) for record in records)
    if len(machines) == 1:
        said.append(f"They were measured on one machine ({next(iter(machines))}).")
    else:
        each = listing([f"{count} on {machine}" for machine, count in machines.most_common()])
        said.append(
            f"They were measured on {len(machines)} machines or under other settings, which are not told "
            f"apart in what is shown; by tasks: {each}."
        )
    stacked = sum(record.get("stack", {}).get("size", 1) > 1 for record in records)
    if stacked:
        said.append(f"{stacked} of {len(records)} tasks ran in stacks: their seconds are shares of these.")
    resumed = sum(bool(record.get("resumed")) for record in records)
    if resumed:
        said.append(f"{resumed} of {len(records)} went on from a checkpoint, and have no costs.")
    return tuple(said)


def _measured_tasks(plan: ReportPlan, store: RecordStore) -> Iterator[Mapping[str, Any]]:
    """The records of all tasks whose costs are shown, or are read to compute something that is."""
    waiting: list[tuple[str, str]] = []
    for name, port in sorted(measured_ports(plan)):
        waiting += [(task, port) for task in plan.stages[name].cells if task is not None]
    seen = set[tuple[str, str]]()
    while waiting:
        task, port = one = waiting.pop()
        if one in seen or (record := store.record(task)) is None:
            continue
        seen.add(one)
        if port == COST and COST not in record["outputs"]:
            yield record
            continue
        given = record.get("inputs", {}).values()
        members = [member for value in given for member in (value if isinstance(value, list) else [value])]
        waiting += [(member["task"], member["port"]) for member in members if isinstance(member, Mapping)]


def _machine(record: Mapping[str, Any]) -> str:
    about = record.get("environment", {})
    known = [f"{name} {_text(about[name])}" for name in MACHINE if name in about]
    return ", ".join(known) or "which its records do not name"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
