"""Digests of operators and components: the source that can change their results."""

import ast
import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = "heldout.runtime"

# These carry a task to its operator and its result to the store, and cannot change the result.
MACHINERY = ("operator", "component", "lookup", "checkpoint", "machine", "__main__")


class Source(NamedTuple):
    """One module's source.

    Attributes:
        text: with newlines normalised.
        imports: modules of the package that it imports anywhere, also inside functions.
    """

    text: bytes
    imports: frozenset[str]


def function_digest(function: Callable[..., Any]) -> str:
    """The digest of the sources behind an operator or component, wherever it was declared."""
    module = function.__module__
    if module.startswith(f"{PACKAGE}."):
        return module_digest(module)
    path = Path(function.__code__.co_filename)
    return module_digest(path.stem, path)


def module_digest(name: str, path: Path | None = None, root: Path | None = None) -> str:
    """Digest of a module and of all it imports from the package `runtime`, transitively.

    An import from a package whose `__init__` only passes names on follows these names alone, so that
    a new kind of artifact leaves the digests of all that does not use it as they were.

    A component that is chosen at run time is not imported by its operator: it has a digest of
    its own, which is part of a task's identity too. Found statically, so nothing is imported.

    Args:
        name: the module's dotted name, or the stem of a user's file.
        path: its file, where it is none of the package.
        root: the folder of the package; this package by default.
    """
    root = root or Path(__file__).parents[2]
    doorways = tuple(path.stat().st_mtime_ns for path in sorted(root.rglob("__init__.py")))
    sources: dict[str, Source] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in sources or is_machinery(current):
            continue
        file = path if current == name and path is not None else _file_of(current, root)
        sources[current] = _read(file, current, root, (file.stat().st_mtime_ns, *doorways))
        waiting += sources[current].imports
    digest = hashlib.sha256()
    for current in sorted(sources):
        text = sources[current].text
        digest.update(f"{current}\n{len(text)}\n".encode() + text)
    return f"sha256:{digest.hexdigest()}"


def is_machinery(module: str) -> bool:
    """Whether a module of the package is left out of digests (its version line among them)."""
    parts = module.split(".")
    return ".".join(parts[:2]) == PACKAGE and (len(parts) == 2 or parts[2] in MACHINERY)


@functools.cache
def _read(file: Path, module: str, root: Path, _modified: tuple[int, ...]) -> Source:
    text = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    imports = frozenset(_imports(ast.parse(text), package, root)) - {module}
    return Source(text, imports)


def _imports(tree: ast.Module, package: str, root: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name, root)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            names = [alias.name for alias in node.names]
            passed_on = _passed_on(base, root)
            if passed_on is None or any(_origin(base, name, passed_on, root) is None for name in names):
                yield from _with_parents(base, root)
                yield from (f"{base}.{name}" for name in names if _exists(f"{base}.{name}", root))
                continue
            for name in names:
                yield from _with_parents(str(_origin(base, name, passed_on, root)), root)


def _origin(base: str, name: str, passed_on: Mapping[str, str], root: Path) -> str | None:
    """The module that a name of a package comes from: one that it passes on, or one in its folder."""
    inside = f"{base}.{name}"
    return passed_on.get(name) or (inside if _exists(inside, root) else None)


def _with_parents(module: str, root: Path) -> Iterator[str]:
    """A module of the package and the packages around it, whose `__init__` runs too.

    Of those around it, the ones that only pass names on are left out: they compute nothing.
    """
    parts = module.split(".")
    for end in range(2, len(parts) + 1):
        name = ".".join(parts[:end])
        if _exists(name, root) and (end == len(parts) or _passed_on(name, root) is None):
            yield name


def _passed_on(package: str, root: Path) -> Mapping[str, str] | None:
    """By name, the module that a package's `__init__` takes it from, where it does nothing else."""
    if not _exists(package, root) or (file := _file_of(package, root)).name != "__init__.py":
        return None
    return _names_of_doorway(file, package, file.stat().st_mtime_ns)


@functools.cache
def _names_of_doorway(file: Path, package: str, _modified: int) -> Mapping[str, str] | None:
    names: dict[str, str] = {}
    for node in ast.parse(file.read_bytes()).body:
        match node:
            case ast.Expr(ast.Constant(str())) | ast.Assign([ast.Name("__all__")]):
                continue
            case ast.ImportFrom(module=str(source), level=0) if source.startswith(f"{package}."):
                names |= {alias.asname or alias.name: source for alias in node.names}
            case ast.ImportFrom(module=str(source), level=1):
                names |= {alias.asname or alias.name: f"{package}.{source}" for alias in node.names}
            case _:
                return None
    return names


def _file_of(module: str, root: Path) -> Path:
    base = root.joinpath(*module.split(".")[2:])
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


def _exists(module: str, root: Path) -> bool:
    return f"{module}.".startswith(f"{PACKAGE}.") and _file_of(module, root).is_file()
