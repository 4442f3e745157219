"""`heldout lineage`: what a result came from, how long that took, and on what."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from heldout.compiler.archive.environment import instant
from heldout.compiler.cli.options import Json, Levels, Results, Scale, Spec, StorePath, TaskName
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace
from heldout.compiler.tasks.find import find_task
from heldout.compiler.tasks.lineage import Ancestor
from heldout.compiler.tasks.lineage import lineage as lineage_of
from heldout.compiler.terminal import print_json, printable, say, show
from heldout.compiler.words import counted

SHOWN = 3  # of the inputs that are gathered at one port
WIDTH = 90
NO_IMAGE = "in no container"

POSITION = 90


def register(application: typer.Typer) -> None:
    application.command()(lineage)


def lineage(
    spec: Spec,
    task: TaskName,
    levels: Levels = None,
    scale: Scale = None,
    everything: Annotated[
        bool, typer.Option("--all", help=f"Show all inputs that are gathered, not the first {SHOWN} alone.")
    ] = False,
    results: Results = RESULTS,
    store: StorePath = STORE,
    as_json: Json = False,
) -> None:
    """Show what a result came from: every task behind it.

    That is for each task the operator, the parameters that are not at their defaults, the inputs, how
    long it took, when it ended, how much memory its process had had at most by then, and where it ran:
    versions, device and image. `heldout why` says why a result is not reused.

    Examples:

    \b
      heldout lineage my-study.yaml score method=coral seed=1
      heldout lineage my-study.yaml 3f9a1c --json
    """
    workspace = Workspace.open(spec, scale, results, store)
    root = find_task(workspace.compiled, task, levels or []).task
    found = lineage_of(workspace.compiled, store, root)
    if as_json:
        print_json({"task": root, "tasks": [ancestor.json() for ancestor in found.values()]})
        return
    tree = _Tree(found, len(found) if everything else SHOWN)
    tree.show(root)
    for name, environment in tree.environments.items():
        show(f"{name}: {printable(_environment(json.loads(environment)))}")
    there = [ancestor.record for ancestor in found.values() if ancestor.record is not None]
    # A task that was not computed has the seconds of the one that was.
    spent = {str(record.get("same_as", record["task"])): record.get("seconds", 0.0) for record in there}
    seconds = sum(spent.values())
    say(f"{counted(len(found), 'task')}, {len(there):,} of them in the store; they took {seconds:.3g} s")


class _Tree:
    """Draws a lineage; a task that several others read is drawn with the first of them.

    Attributes:
        environments: what is recorded of them as JSON, by the letters that stand for them.
    """

    def __init__(self, found: Mapping[str, Ancestor], shown: int) -> None:
        self.environments: dict[str, str] = {}
        self._found = found
        self._shown = shown
        self._drawn: set[str] = set()

    def show(self, root: str) -> None:
        waiting = [(0, "", root)]
        while waiting:  # not by recursion: a chain of steps may be as long as a study likes
            depth, said, task = waiting.pop()
            if not task:
                show(f"{'  ' * depth}{said}")
                continue
            ancestor = self._found[task]
            again = task in self._drawn
            self._drawn.add(task)
            self._say(depth, said + _title(ancestor) + (" (above)" if again else ""))
            if not again:
                self._describe(depth + 1, ancestor)
                waiting += reversed(self._inputs(depth + 1, ancestor))

    def _say(self, depth: int, text: str) -> None:
        show("  " * depth + printable(text))

    def _describe(self, depth: int, ancestor: Ancestor) -> None:
        if ancestor.chosen:
            self._say(depth, _short(", ".join(f"{k} {_value(v)}" for k, v in ancestor.chosen.items())))
        record = ancestor.record
        if record is None:
            self._say(depth, "not in the store")
            return
        ended = f", ended {instant(record['finished'])}" if "finished" in record else ""
        on = self._letter(record.get("environment", {}))
        stack = record.get("stack", {})
        together = f", in a stack of {stack['size']}" if stack.get("size", 1) > 1 else ""
        memory = f", process up to {record['peak_rss_mb']:,.0f} MB" if "peak_rss_mb" in record else ""
        self._say(depth, f"{record.get('seconds', 0.0):.3g} s{ended}, on {on}{together}{memory}")
        if "same_as" in record:
            self._say(depth, f"computed as task {record['same_as'][:12]}, whose inputs had the same content")
        if record.get("missing"):
            self._say(depth, f"without {counted(len(record['missing']), 'input')} that had no result")

    def _inputs(self, depth: int, ancestor: Ancestor) -> list[tuple[int, str, str]]:
        ports: dict[str, list[dict[str, Any]]] = {}
        for port, one in ancestor.reads:
            ports.setdefault(port, []).append(one)
        lines = []
        for port, given in ports.items():
            for one in given[: self._shown]:
                lines.append((depth, f"{port}: {one.get('metric') or one['port']} of ", one["task"]))
            if len(given) > self._shown:
                lines.append((depth, f"{port}: {len(given) - self._shown:,} more (--all shows them)", ""))
        return lines

    def _letter(self, environment: Mapping[str, Any]) -> str:
        text = json.dumps(environment, sort_keys=True)
        for letter, known in self.environments.items():
            if known == text:
                return letter
        number = len(self.environments)
        letter = chr(ord("A") + number) if number < 26 else f"A{number}"
        self.environments[letter] = text
        return letter


def _title(ancestor: Ancestor) -> str:
    where = ", ".join(f"{axis} {level}" for axis, level in ancestor.coordinates.items())
    digest = ancestor.digest.removeprefix("sha256:")[:12]
    cell = f" ({where})" if where else ""
    return f"{ancestor.stage}{cell}: {ancestor.operator} ({digest}), task {ancestor.task[:12]}"


def _environment(environment: Mapping[str, Any]) -> str:
    said = [f"{key} {value}" for key, value in environment.items() if key != "image"]
    return ", ".join([*said, f"image {environment['image']}" if "image" in environment else NO_IMAGE])


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
