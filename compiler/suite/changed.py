"""Which studies of a suite have something new."""

from dataclasses import replace
from pathlib import Path

from heldout.compiler.ledger.standing import standing_of
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import Workspace
from heldout.compiler.store.index import stored_tasks
from heldout.compiler.suite.open import Opened


def only_changed(opened: Opened) -> tuple[Opened, int]:
    """The studies with tasks that neither the store nor the ledger beside their spec has.

    Returns:
        those, with all that were refused, of which some have a ledger that cannot be read; how many have
        nothing new.
    """
    stored = stored_tasks(opened.store)
    refused, changed, same = dict(opened.refused), list[Workspace](), 0
    for workspace in opened.workspaces:
        compiled, spec = workspace.compiled, Path(workspace.compiled.study.file)
        try:
            if compiled.tasks <= stored or not standing_of(spec, compiled).tasks_changed:
                same += 1
            else:
                changed.append(workspace)
        except Refusal as refusal:
            refused[spec] = refusal
    return replace(opened, workspaces=changed, refused=refused), same
