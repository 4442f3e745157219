"""Checks of an archive that need no runtime: workflow, lock, image and records."""

import json
import re
from collections.abc import Iterator
from typing import Any

from heldout.compiler.archive import contents
from heldout.compiler.archive.findings import Finding, differs, holds, unchecked
from heldout.compiler.archive.reader import Archive
from heldout.compiler.archive.recompile import Recompiled
from heldout.compiler.images import Pins
from heldout.compiler.lock import COMPONENT, OPERATOR, claim_states, drift, entries_like

_SHOWN = 5
_CONTAINER = re.compile(rb'^    container:\n        "[^"\\\n]*"\n', re.MULTILINE)
_UNPINNED = re.compile(
    rb"^#\n# No rule names a container.*\n# `heldout image build [a-z0-9-]+` .*\n", re.MULTILINE
)


def check_workflow(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """The plan and the Snakefile are those that the spec gives."""
    folder = recompiled.workflow
    made = {
        f"{contents.WORKFLOW}/{path.relative_to(folder).as_posix()}": path
        for path in folder.rglob("*")
        if path.is_file() and path.name != "config.yaml"  # which says where the store is
    }
    kept = {
        name
        for name in contents.in_folder(archive.names, contents.WORKFLOW)
        if not name.startswith(f"{contents.DONE}/") and not name.endswith("config.yaml")
    }
    other = sorted(
        name
        for name in made.keys() & kept
        if _without_image(archive.read(name)) != _without_image(made[name].read_bytes())
    )
    for name in (*other[:_SHOWN], *sorted(made.keys() ^ kept)[:_SHOWN]):
        how = "is not what the spec gives" if name in made else "does not come from the spec"
        missing = name not in kept
        yield differs("workflow", f"{name} {'is missing' if missing else how}")
    if not other and not made.keys() ^ kept:
        yield holds("workflow", f"the spec compiles, and gives the same {len(made):,} files")


def _without_image(text: bytes) -> bytes:
    """A Snakefile without the image that it names, which is a matter of where it was emitted."""
    return _UNPINNED.sub(b"", _CONTAINER.sub(b"", text))


def check_lock(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """lock.json says what the study rests on, and nothing moved since it was locked."""
    said = archive.read_json(contents.LOCK)
    said = said if isinstance(said, dict) else {}
    listed = said.get("entries")
    kept = listed if isinstance(listed, dict) else {}
    rests_on = entries_like(kept, recompiled.compiled, Pins())
    now = {name: value for name, value in rests_on.items() if name not in _HERE}
    for name in sorted(now):
        if kept.get(name) != now[name]:
            yield differs(
                "lock", f"{name} is {now[name]}, and {contents.LOCK} says {str(kept.get(name))[:100]}"
            )
    if said.get("claims") != json.loads(json.dumps(claim_states(recompiled.compiled, recompiled.lock))):
        yield differs("lock", f"{contents.LOCK} does not say of the claims what the study's lock does")
    elif all(kept.get(name) == now[name] for name in now):
        used = [name for name in now if name.startswith((OPERATOR, COMPONENT))]
        names = [
            *sorted(now.keys() - set(used)),
            *([f"{len(used)} operators and components"] if used else []),
        ]
        yield holds("lock", f"{', '.join(names)} are as {contents.LOCK} says")
    if recompiled.lock is None:
        yield unchecked("lock", "the study was not locked before it ran")
        return
    moved = sorted(drift(recompiled.compiled, recompiled.lock, Pins()).keys() - _HERE)
    for name in moved:
        yield differs("lock", f"{name} has moved since the study was locked")
    if not moved:
        states = claim_states(recompiled.compiled, recompiled.lock)["claims"]
        late = sorted(name for name, state in states.items() if state != "locked")
        text = f", but not {', '.join(late)}" if late else ""
        yield holds(
            "lock", f"nothing moved since the study was locked, and its claims came before results{text}"
        )


# Entries that say what stands for the image's name where the command runs, not in the archive.
_HERE = frozenset({"image", "base", "recipe", "requirements"})


def check_image(archive: Archive) -> Iterator[Finding]:
    """The image's files are those that image.json names."""
    about = archive.read_json(contents.IMAGE_INDEX)
    about = about if isinstance(about, dict) else {}
    known = {"file": "the image", "bill_of_materials": "its bill of materials", "holds": "what it holds"}
    for key, what in known.items():
        named = about.get(key)
        if key == "holds" and named is None:
            continue  # archives had none of it, and it repeats what the image says
        if not isinstance(named, dict):
            yield unchecked("image", f"{what} is not in the archive")
            continue
        path, checksum = str(named.get("path")), named.get("sha256")
        if archive.sums.get(path) != checksum:
            yield differs("image", f"{what}: {path[:200]!a} has not the checksum that image.json says")
            continue
        yield holds("image", f"{path} has the checksum that image.json says")
    pin = about.get("pin")
    if isinstance(pin, dict) and isinstance(pin.get("digest"), str):
        yield unchecked("image", f"whether the image {pin['digest']} is what ran: no run recorded its image")


def check_records(archive: Archive, recompiled: Recompiled) -> Iterator[Finding]:
    """Every record is of a task of the plan, and has the files that it says."""
    names, wanted = set(archive.names), _planned(recompiled)
    wrong: list[str] = []
    found = 0
    for task, planned in wanted.items():
        manifest = f"{contents.task_folder(task)}/manifest.json"
        if manifest not in names:
            continue
        found += 1
        record = archive.read_json(manifest)
        if fault := _record_fault(archive, task, planned, record):
            wrong.append(f"{manifest}: {fault}")
    manifests = {name for name in names if name.startswith(f"{contents.STORE}/") and name.count("/") == 4}
    extra = len(manifests) - found
    for text in wrong[:_SHOWN]:
        yield differs("records", text)
    if extra:
        yield differs("records", f"{extra:,} results are of no task of the study")
    if not wrong and not extra:
        yield holds("records", f"{found:,} results are of the study's tasks, with their files")
    if found < len(wanted):
        yield unchecked("records", f"{len(wanted) - found:,} tasks of the study have no result")


def _planned(recompiled: Recompiled) -> dict[str, dict[str, Any]]:
    """By task, what the plan says of it."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((recompiled.workflow / "plan").glob("*/*.json")):
        shard = json.loads(path.read_bytes())
        head = {"operator": shard["operator"], "digest": shard["digest"]}
        for task in shard["tasks"]:
            keys = ("parameters", "components", "inputs")
            found[task["task"]] = head | {key: task[key] for key in keys}
    return found


def _record_fault(archive: Archive, task: str, planned: dict[str, Any], record: Any) -> str:
    """What is wrong with a record; empty where nothing is."""
    if not isinstance(record, dict) or not isinstance(record.get("files"), dict):
        return "it is no record"
    for key, value in {"task": task, **planned}.items():
        if record.get(key) != value:
            return f"its {key} is not the task's"
    folder = contents.task_folder(task)
    for name, about in record["files"].items():
        sum_ = about.get("sha256") if isinstance(about, dict) else None
        if sum_ is None or archive.sums.get(f"{folder}/{name}") != sum_:
            return f"{str(name)[:100]!a} is not the file that was recorded"
    return ""
