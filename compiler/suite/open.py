"""Open the studies of a suite: each on its own, so that a mistake in one leaves the others alone."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from heldout.compiler.plan.packing import Target
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.workspace import RESULTS, STORE, Workspace, stored_timings


@dataclass
class Opened:
    """Studies that are compiled, and why others are not.

    Attributes:
        results: the folder in which their workflows' folders are.
        store: of their artifacts.
        workspaces: in the order of their specs.
        refused: by spec.
    """

    results: Path
    store: Path
    workspaces: list[Workspace] = field(default_factory=list)
    refused: dict[Path, Refusal] = field(default_factory=dict)


def open_suite(
    specs: Sequence[Path],
    scale: str | None = None,
    results: Path = RESULTS,
    store: Path = STORE,
    target: Target | None = None,
    repack: bool = False,
) -> Opened:
    """Compile specs, as `Workspace.open` does one of them."""
    opened, known = Opened(results, store), dict[str, Path]()
    timings = functools.cache(lambda: stored_timings(store))
    for spec in specs:
        try:
            workspace = Workspace.open(spec, scale, results, store, target, repack, timings)
            name = workspace.compiled.study.name
            if name in known:
                message = f"{spec} and {known[name]} are both called {name}, and would have one folder"
                raise Refusal(message, f"give {spec} another `study:`")
        except Refusal as refusal:
            opened.refused[spec] = refusal
        else:
            known[name] = spec
            opened.workspaces.append(workspace)
    return opened
