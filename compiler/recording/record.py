"""Record a finished run in the ledger beside its spec."""

import json
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from heldout.compiler.compile import Compiled
from heldout.compiler.files import write_if_changed
from heldout.compiler.ledger.basis import basis_of
from heldout.compiler.ledger.entry import Entry, Ledger, ledger_path
from heldout.compiler.ledger.reader import read_ledger
from heldout.compiler.ledger.text import as_kept, ledger_text
from heldout.compiler.lower.emit import emit
from heldout.compiler.recording.finished import Finished, finished
from heldout.compiler.refusal import Failed, Refusal
from heldout.compiler.run.runtime import ask_runtime, require_runtime
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.syntax.study import AS_IT_STANDS
from heldout.compiler.words import counted

_ENTRY = TypeAdapter(Entry)


@dataclass(frozen=True)
class Recorded:
    """What was recorded.

    Attributes:
        path: of the ledger.
        changed: whether that says something else now.
        problems: tables that could not be made, in words.
    """

    path: Path
    entry: Entry
    changed: bool
    problems: tuple[str, ...]


def record_run(
    workspace: Workspace, spec: Path, tasks_alone: bool = False, with_failures: bool = False
) -> Recorded:
    """Write what came of a finished run into the ledger; entries of other scales stay.

    Args:
        workspace: of the study, at the run's scale.
        spec: its file, beside which the ledger lies.
        tasks_alone: without verdicts and tables: which tasks were computed, and nothing else.
        with_failures: also where tasks failed; their number is recorded.

    Raises:
        Refusal: the run is not whole, or of another spec, or tasks of it failed.
        Missing: the runtime is not installed.
        Failed: it cannot read the results.
    """
    workspace.refuse_other_spec()
    found = finished(workspace)
    _refuse_unfinished(workspace.compiled, found, with_failures)
    before = read_ledger(spec)
    entry, problems = entry_of(workspace, found, tasks_alone)
    study = workspace.compiled.study
    entries = before.scales if before is not None else {}
    ledger = Ledger(study=study.name, scales=entries | {study.scale or AS_IT_STANDS: entry})
    changed = write_if_changed(ledger_path(spec), ledger_text(ledger))
    return Recorded(ledger_path(spec), entry, changed, problems)


def entry_of(
    workspace: Workspace, found: Finished, tasks_alone: bool = False
) -> tuple[Entry, tuple[str, ...]]:
    """What would be recorded of a study now, however much of it is there; and what could not be made of it.

    Raises:
        Missing, Failed: as `record_run`.
    """
    compiled = workspace.compiled
    said = {} if tasks_alone else _summary(workspace)
    problems = tuple(said.pop("problems", ()))
    value = {
        "spec": compiled.texts.sha256,
        "rests_on": basis_of(compiled.scope, compiled.expansions).model_dump(),
        "computed": found.computed().model_dump(mode="json"),
        **said,
    }
    try:
        return _ENTRY.validate_json(json.dumps(as_kept(value)), strict=True), problems
    except ValidationError as error:
        raise Failed(f"what came of {compiled.study.file} cannot be recorded: {error}") from error


def _summary(workspace: Workspace) -> dict[str, Any]:
    """The verdicts and tables, from the store as it is now."""
    require_runtime("pyarrow")
    with tempfile.TemporaryDirectory(prefix="heldout-") as folder:
        workflow, out = Path(folder, "workflow"), Path(folder, "summary.json")
        emit(workspace.compiled, workflow, workspace.store, workspace.lock)
        options = ["--plan", workflow / "plan" / "report.json", "--store", workspace.store]
        answer = ask_runtime("summary", *options, "--done", workspace.folder / "done", "--out", out)
        if answer.returncode != 0 or not out.is_file():
            raise Failed(f"the results of {workspace.compiled.study.file} cannot be read", answer.stderr)
        return dict(json.loads(out.read_bytes()))


def _refuse_unfinished(compiled: Compiled, found: Finished, with_failures: bool) -> None:
    study = compiled.study
    what = f"{study.file}{f' at scale {study.scale}' if study.scale else ''}"
    given = f"{shlex.quote(study.file)}{f' --scale {study.scale}' if study.scale else ''}"
    if found.left:
        tasks = counted(len(found.left) + len(found.failed) + len(found.blocked) + len(found.records), "task")
        raise Refusal(
            f"{what} is not finished: of {tasks} {len(found.left):,} are to run",
            f"`heldout run {given}` does; a change of the spec, of operators or of libraries makes tasks new",
        )
    if found.failed and not with_failures:
        raise Refusal(
            f"{what}: {counted(len(found.failed), 'task')} failed, so that verdicts and tables lack results",
            f"`heldout logs {given} --failed` shows why, `heldout run {given} --retry` tries again; where"
            " to fail is a result, `heldout record --with-failures` records it and says how many",
        )
