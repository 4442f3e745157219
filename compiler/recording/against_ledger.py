"""A run held against what was recorded of its study."""

import shlex
from pathlib import Path

from heldout.compiler.ledger.comparison import Comparison, compare_entries
from heldout.compiler.ledger.entry import ledger_path
from heldout.compiler.ledger.reader import read_entry
from heldout.compiler.ledger.standing import standing
from heldout.compiler.recording.finished import finished
from heldout.compiler.recording.record import entry_of
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import Workspace


def against_ledger(workspace: Workspace, spec: Path, tolerance: float = 0.0) -> Comparison:
    """Hold a run against the ledger beside its spec; results that it lacks differ.

    Args:
        workspace: of the study, at the run's scale.
        spec: its file.
        tolerance: x and y are equal where |x - y| <= this * max(1, |x|, |y|).

    Raises:
        Refusal: there is nothing to compare, or the tolerance is none.
        Missing: the runtime is not installed.
        Failed: it cannot read the results.
    """
    if not tolerance >= 0:  # also of NaN
        raise Refusal(f"a tolerance is 0 or more, not {tolerance}", "write such as `--tolerance 1e-6`")
    workspace.refuse_other_spec()
    scale = workspace.compiled.study.scale
    given = f"{shlex.quote(spec.as_posix())}{f' --scale {scale}' if scale else ''}"
    recorded = read_entry(spec, scale)
    if recorded is None:
        raise Refusal(
            f"{ledger_path(spec)} has no entry of this scale", f"`heldout record {given}` writes it"
        )
    if recorded.verdicts is None or recorded.tables is None:
        hint = f"`heldout record {given}` records the numbers too"
        raise Refusal(f"{ledger_path(spec)} has the tasks of this scale alone", hint)
    found = finished(workspace)
    if not found.records:
        raise Refusal(f"nothing of {spec} has been computed", f"`heldout run {given}` does it")
    run, _ = entry_of(workspace, found)
    return compare_entries(recorded, run, tolerance, standing(recorded, run.rests_on))
