"""Studies of generalization, from a spec to a report with a verdict for each claim.

Notebooks and scripts import `check`, `plan`, `run` and `load` from here, and a user's own operator files all
that such a file needs: `from heldout import Metrics, Table, operator`. A name is looked up when it is first
asked for, so that `import heldout` costs nothing and an operator file loads no compiler.
"""

import functools
import importlib
from typing import TYPE_CHECKING

from heldout.version import __version__

if TYPE_CHECKING:  # what editors and type checkers see, and where `__getattr__` finds each name
    from heldout.compiler.diagnostics import Mistakes
    from heldout.compiler.refusal import Failed, Refusal
    from heldout.compiler.run.observer import Observer
    from heldout.runtime.artifacts import (
        Artifact,
        Dataset,
        Graph,
        Model,
        Predictions,
        Scalar,
        Table,
        Trajectory,
        logits_column,
    )
    from heldout.runtime.checkpoint import Checkpoint
    from heldout.runtime.component import Choice, Chosen, chosen, component
    from heldout.runtime.device import compute_device
    from heldout.runtime.operator import (
        Apart,
        ApartBy,
        ByGroup,
        Call,
        Metrics,
        MetricsFrom,
        NotStackable,
        PinnedBy,
        Role,
        Speed,
        Unlabelled,
        Use,
        choice,
        integers,
        logintegers,
        loguniform,
        operator,
        stacked,
        uniform,
    )
    from heldout.runtime.randomness import numpy_stream, stable_seed, torch_stream
    from heldout.runtime.resources import Resources
    from heldout.studies.check import Diagnostics, check
    from heldout.studies.load import load
    from heldout.studies.missing import NoResult
    from heldout.studies.plan import Plan, plan
    from heldout.studies.run import run
    from heldout.studies.study import Study

__all__ = [
    "Apart",
    "ApartBy",
    "Artifact",
    "ByGroup",
    "Call",
    "Checkpoint",
    "Choice",
    "Chosen",
    "Dataset",
    "Diagnostics",
    "Failed",
    "Graph",
    "Metrics",
    "MetricsFrom",
    "Mistakes",
    "Model",
    "NoResult",
    "NotStackable",
    "Observer",
    "PinnedBy",
    "Plan",
    "Predictions",
    "Refusal",
    "Resources",
    "Role",
    "Scalar",
    "Speed",
    "Study",
    "Table",
    "Trajectory",
    "Unlabelled",
    "Use",
    "__version__",
    "check",
    "choice",
    "chosen",
    "component",
    "compute_device",
    "integers",
    "load",
    "logintegers",
    "logits_column",
    "loguniform",
    "numpy_stream",
    "operator",
    "plan",
    "run",
    "stable_seed",
    "stacked",
    "torch_stream",
    "uniform",
]


@functools.cache
def _modules() -> dict[str, str]:
    """By name the module that it comes from, as the imports above say."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(__file__).read_bytes())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    lines = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(line.module) for line in lines for alias in line.names}


def __getattr__(name: str) -> object:
    """A name of this package, imported now.

    Raises:
        AttributeError: it has no such name.
        ModuleNotFoundError: what the name needs is not installed; it says what to install.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _modules()[name]
    try:
        value = globals()[name] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == __name__:
            raise
        wanted = "heldout[runtime]" if module.startswith(f"{__name__}.runtime.") else "heldout"
        text = f"heldout.{name} needs {error.name}: install it with `pip install '{wanted}'`"
        raise ModuleNotFoundError(text, name=error.name) from error
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
