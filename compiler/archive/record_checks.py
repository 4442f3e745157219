"""Checks of an archive's records: which there must be, and what they must say, follows from the plan."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.catalog import Catalog
from heldout.compiler.words import counted

_SHOWN = 5


@dataclass(frozen=True)
class Planned:
    """What the record of a task must say.

    Attributes:
        about: by field.
        outputs: the kind of artifact of each, by port.
    """

    about: Mapping[str, Any]
    outputs: Mapping[str, str]


def check_records(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """Every record is of a task of the plan, has all outputs of its operator, and the files that it says."""
    names, wanted = set(archive.names), planned(recompiled)
    stored = Counter(name.split("/")[3] for name in names if name.startswith(f"{contents.STORE}/"))
    catalog = recompiled.compiled.catalog
    wrong: list[str] = []
    found = 0
    for task, plan in wanted.items():
        manifest = f"{contents.task_folder(task)}/manifest.json"
        if manifest not in names:
            continue
        found += 1
        record = archive.read_json(manifest)
        if fault := _fault(archive, task, plan, record, catalog):
            wrong.append(f"{manifest}: {fault}")
        elif more := stored[task] - 1 - len(record["files"]):
            wrong.append(f"{manifest}: beside it lie {counted(more, 'file')} that it does not list")
    manifests = {name for name in names if name.startswith(f"{contents.STORE}/") and name.count("/") == 4}
    extra = len(manifests) - found
    for text in wrong[:_SHOWN]:
        yield differs("records", text)
    if len(wrong) > _SHOWN:
        yield differs("records", f"and {len(wrong) - _SHOWN:,} more")
    if extra:
        yield differs("records", f"{extra:,} results are of no task of the study")
    if not wrong and not extra:
        yield holds(
            "records", f"{found:,} results are of the study's tasks, with all their outputs and files"
        )
    if found < len(wanted):
        yield unchecked("records", f"{len(wanted) - found:,} tasks of the study have no result")


def planned(recompiled: Recompiled) -> dict[str, Planned]:
    """By task, what its record must say."""
    found: dict[str, Planned] = {}
    scope = recompiled.compiled.scope
    for path in sorted((recompiled.workflow / "plan").glob("*/*.json")):
        shard = json.loads(path.read_bytes())
        operator = recompiled.compiled.catalog.operators[shard["operator"]]
        outputs = {port: scope.kind(shard["stage"], port) for port in operator.outputs}
        head = {"operator": shard["operator"], "digest": shard["digest"]}
        for task in shard["tasks"]:
            keys = ("task", "parameters", "components", "libraries", "inputs")
            found[task["task"]] = Planned(head | {key: task[key] for key in keys}, outputs)
    return found


def _fault(archive: Archive, task: str, plan: Planned, record: Mapping[str, Any], catalog: Catalog) -> str:
    """What is wrong with a record; empty where nothing is."""
    for key, value in plan.about.items():
        if json.dumps(record.get(key), sort_keys=True) != json.dumps(value, sort_keys=True):  # 1 is not true
            return f"its {key} is not the task's"
    left_out = record.get("left_out", {}).get("outputs", {})
    given = {**left_out, **record["outputs"]}
    if lacking := sorted(plan.outputs.keys() - given):
        return f"it has no output {lacking[0]}, which its operator gives"
    for port, kind in given.items():
        declared = plan.outputs.get(port)
        if declared is None:
            return f"its operator gives no output {port[:100]!a}"
        if kind not in catalog.kinds or not catalog.is_a(kind, declared):
            return f"its output {port} is a {kind[:100]!a}, and its operator gives a {declared}"
        if port in left_out and not (catalog.kind(kind).large and kind in archive.index.left_out):
            return f"its output {port} was left out, and an archive keeps every {kind}"
    return _file_fault(archive, contents.task_folder(task), record)


def _file_fault(archive: Archive, folder: str, record: Mapping[str, Any]) -> str:
    for name, about in record["files"].items():
        path = f"{folder}/{name}"
        if archive.sums.get(path) != about["sha256"] or archive.size(path) != about["size"]:
            return f"{name[:100]!a} is not the file that was recorded"
    with_files = {name.partition("/")[0] for name in record["files"]}
    if empty := sorted(record["outputs"].keys() - with_files):
        return f"its output {empty[0]} has no file"
    return ""
