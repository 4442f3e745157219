"""From the name of an operator or component to its function, importing only what is needed."""

import functools
import importlib
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from heldout.runtime.source.loading import load_file

Function = Callable[..., Any]

PACKAGE = __name__.rpartition(".")[0]
ROOT = Path(__file__).parent

ENTRY_POINTS = "heldout.operators"  # the group in which a distribution offers modules of operators

USERS = "heldout_operators_"  # how the modules of users' files are called, before the name of the file

_registered: dict[str, Function] = {}
_files: dict[str, Path] = {}


def is_declared(value: object) -> bool:
    """Whether a value is a function declared with `@operator` or `@component`."""
    return hasattr(value, "__operator__") or hasattr(value, "__component__")


def is_users(function: Function) -> bool:
    """Whether a function was declared in a user's file."""
    return function.__module__.startswith(USERS)


def named_files(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """The name and the file of every operator and component of the package, by the folders alone.

    `operators/data/images/rotated_digits.py` is `data/rotated-digits`: folders below a verb order the files
    and are no part of names. A kind's `contract.py` and files with an underscore have no name.

    Raises:
        ValueError: two files have one name.
    """
    files: dict[str, Path] = {}
    for path in sorted([*root.glob("operators/*/**/*.py"), *root.glob("components/*/*.py")]):
        if path.stem == "contract" or path.stem.startswith("_"):
            continue
        name = f"{path.relative_to(root).parts[1]}/{path.stem}".replace("_", "-")
        if name in files:
            raise ValueError(f"{files[name]} and {path} would both be called {name!r}: rename one file")
        files[name] = path
    yield from files.items()


@functools.cache
def _modules() -> Mapping[str, str]:
    """By name, the module of every operator and component of the package."""
    return {
        name: ".".join([PACKAGE, *path.relative_to(ROOT).with_suffix("").parts])
        for name, path in named_files()
    }


def register_file(path: Path) -> list[str]:
    """Load a user's file and register what it declares; the names, in order of definition.

    `my_operators.py` gives operators `my-operators/FUNCTION` and components `KIND/FUNCTION`. It may import
    the modules beside it, by their names or as `from .helpers import …`.

    Raises:
        ValueError: the file cannot be read, declares nothing, or takes a name that is taken.
    """
    folder = path.stem.replace("_", "-")
    if _files.get(folder) == path.resolve():
        return [name for name, function in _registered.items() if _origin(function) == path.resolve()]
    if folder in _files:
        raise ValueError(f"{path} and {_files[folder]} would both be called {folder!r}: rename one file")
    if not path.is_file() or path.suffix != ".py":
        raise ValueError(f"there is no Python file {path}")
    module = load_file(path, f"{USERS}{path.stem}")
    names = _register(module, folder, str(path))
    _files[folder] = path.resolve()
    return names


def register_entry_points() -> list[str]:
    """Register what installed distributions offer in the group `heldout.operators`; the names.

    An entry point's name is the folder, its value a module: `vision = my_package.operators`
    gives operators `vision/FUNCTION`.
    """
    names = []
    for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        module = importlib.import_module(point.module)
        names += _register(module, point.name.replace("_", "-"), f"entry point {point.name}")
    return names


def _register(module: ModuleType, folder: str, source: str) -> list[str]:
    found = {}
    for function in vars(module).values():
        if not is_declared(function) or function.__module__ != module.__name__:
            continue
        kind = folder
        if hasattr(function, "__component__"):
            kind = function.__component__["kind"]
            if kind is None:
                raise ValueError(f"{source}: {function.__name__} needs @component(kind=…)")
        name = f"{kind}/{function.__name__}".replace("_", "-")
        if _registered.get(name, function) is not function or name in _modules():
            raise ValueError(f"{source}: {name!r} is already the name of another operator or component")
        found[name] = function
    if not found:
        raise ValueError(f"{source} declares nothing with @operator or @component")
    _registered.update(found)
    return list(found)


def _origin(function: Function) -> Path:
    return Path(function.__code__.co_filename).resolve()


@functools.cache
def _find_in_runtime(name: str) -> Function:
    module_name = _modules()[name]
    module = importlib.import_module(module_name)
    function: Function | None = getattr(module, module_name.rpartition(".")[2], None)
    if function is None or not is_declared(function):
        raise ValueError(f"{module_name} declares no {name!r} with @operator or @component")
    return function


def find(name: str) -> Function:
    """The function behind an operator or component, by its name.

    Raises:
        ValueError: the runtime has nothing of that name.
    """
    name = name.replace("_", "-")
    if name in _registered:
        return _registered[name]
    if name in _modules():
        return _find_in_runtime(name)
    if name in register_entry_points():
        return _registered[name]
    raise ValueError(f"the runtime has no operator or component {name!r}")
