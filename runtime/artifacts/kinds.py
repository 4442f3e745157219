"""The kinds of artifact by name: those of this folder, and those that users' files declare."""

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping

from heldout.runtime.artifacts.artifact import Artifact
from heldout.runtime.lookup import register_entry_points

PACKAGE = __name__.rpartition(".")[0]  # whose folder holds a module for each kind


@functools.cache
def package_kinds() -> Mapping[str, type[Artifact]]:
    """Every kind that a module of this folder declares; a new module is found without being named."""
    found = pkgutil.iter_modules(importlib.import_module(PACKAGE).__path__, f"{PACKAGE}.")
    modules = {importlib.import_module(module.name).__name__ for module in found}
    return {kind.__name__: kind for kind in _all_declared() if kind.__module__ in modules}


def kind_called(name: str) -> type[Artifact]:
    """The kind of artifact of a name: of this package, of the users' files that were read, or offered
    by an installed distribution.

    Raises:
        ValueError: there is none.
    """
    found = package_kind(name) or _declared(name)
    if found is None:
        register_entry_points()
        found = _declared(name)
    if found is None:
        raise ValueError(f"there is no kind of artifact called {name!r}")
    return found


def package_kind(name: str) -> type[Artifact] | None:
    """The kind of a name that this folder declares; None where there is none."""
    return _in_its_module(name) or package_kinds().get(name)


@functools.cache
def _in_its_module(name: str) -> type[Artifact] | None:
    """The kind of the module that is called as it is, without the others, most of which import PyTorch."""
    called = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    package = importlib.import_module(PACKAGE)
    if called not in {module.name for module in pkgutil.iter_modules(package.__path__)}:
        return None
    kind = getattr(importlib.import_module(f"{PACKAGE}.{called}"), name, None)
    return kind if isinstance(kind, type) and kind in _all_declared() else None


def extended_by(kind: type[Artifact]) -> tuple[type[Artifact], ...]:
    """The kinds that a kind extends, the nearest first: ports that take one of them take it too."""
    known = (k for k in kind.__mro__[1:] if issubclass(k, Artifact) and k is not Artifact)
    return tuple(k for k in known if not inspect.isabstract(k))


def _declared(name: str) -> type[Artifact] | None:
    """The kind of this name that was declared last."""
    found = [kind for kind in _all_declared() if kind.__name__ == name]
    return found[-1] if found else None


def _all_declared() -> Iterator[type[Artifact]]:
    """Every kind that was declared so far, but for those that leave something to others that extend them."""
    waiting = Artifact.__subclasses__()
    while waiting:
        kind = waiting.pop(0)
        waiting += kind.__subclasses__()
        if not inspect.isabstract(kind):
            yield kind
