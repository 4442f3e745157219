"""The container engines that there are: the modules of `engines/`, found by being there."""

import importlib
import pkgutil
from collections.abc import Mapping

from heldout.compiler.diagnostics import nearest
from heldout.compiler.launch.engine import ContainerEngine
from heldout.compiler.refusal import Refusal

NONE = "none"  # how jobs run that are in no container
FOLDER = f"{__name__.rpartition('.')[0]}.engines"


def engines() -> Mapping[str, ContainerEngine]:
    """Every engine by its name, in their order."""
    found = sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(FOLDER).__path__))
    modules = [importlib.import_module(f"{FOLDER}.{name}") for name in found]
    return {module.ENGINE.name: module.ENGINE for module in modules}


def choices() -> tuple[str, ...]:
    """The names that `--containers` and profiles take."""
    return (NONE, *engines())


def engine_called(name: str) -> ContainerEngine:
    """The engine of a name.

    Raises:
        Refusal: there is none.
    """
    known = engines()
    if name not in known:
        raise Refusal(f"no container engine is called `{name}`", nearest(name, known))
    return known[name]
