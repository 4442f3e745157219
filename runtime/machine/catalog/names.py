"""What a name in a module stands for: a definition, a module, or what another library calls so."""

import ast
from pathlib import Path
from typing import NamedTuple

from heldout.runtime.source.files import HELDOUT, Files
from heldout.runtime.source.imports import Imported
from heldout.runtime.source.module import Module
from heldout.runtime.source.nodes import chain

# These carry a task to its operator and its result to the store, and cannot change the result.
MACHINERY = (
    "operator",
    "subtype",
    "component",
    "claim",
    "lookup",
    "checkpoint",
    "resources",
    "source",
    "machine",
    "__main__",
)


class Definition(NamedTuple):
    """A name that a followed module defines at its top."""

    module: Path
    name: str


class Statement(NamedTuple):
    """A statement at the top of a followed module that does more than to bind names."""

    module: Path
    place: tuple[int, int]  # line and column


class Whole(NamedTuple):
    """A followed module, used by more than its names."""

    module: Path


class External(NamedTuple):
    """What a library that is not followed, or Python itself, calls by this dotted path."""

    path: str


class Opaque(NamedTuple):
    """A name of the machinery, none of whose code counts."""

    name: str


Target = Definition | Statement | Whole | External | Opaque


class Names:
    """The modules that are followed, and what their names stand for."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._modules: dict[Path, Module] = {}
        self._bound: dict[Definition, Target | None] = {}
        self._machinery: dict[Path, bool] = {}

    def module(self, path: Path) -> Module:
        """A module, parsed once.

        Raises:
            ValueError: it is no Python.
        """
        if path not in self._modules:
            self._modules[path] = Module(path)
        return self._modules[path]

    def bound(self, module: Path, name: str) -> Target | None:
        """What a name at the top of a module stands for, wherever it comes from; None: nothing."""
        key = Definition(module, name)
        if key not in self._bound:
            self._bound[key] = None  # of names that are imported in a circle
            self._bound[key] = self._find(key)
        return self._bound[key]

    def imported(self, imported: Imported, importer: Path) -> Target:
        """What an import statement names."""
        files = self.files
        if imported.level:
            module = files.relative(importer, imported.level, imported.module)
        else:
            module = files.find(imported.module, importer)
        if module is None:
            return External(".".join(filter(None, ["." * imported.level + imported.module, imported.name])))
        whole = Whole(module)
        return whole if imported.name is None else self.attribute(whole, imported.name)

    def attribute(self, target: Target, name: str) -> Target:
        """What an attribute of a module or a library stands for."""
        match target:
            case Whole(module):
                if self.is_machinery(module):
                    inner = self.files.submodule(module, name)
                    return Opaque(name) if inner is None else Whole(inner)
                return self.bound(module, name) or self._unbound(module, name)
            case External(path):
                return External(f"{path}.{name}")
            case Opaque(path):
                return Opaque(f"{path}.{name}")
        raise TypeError(f"{target} has no attributes that are followed")

    def resolved(self, expression: ast.expr, module: Path) -> tuple[Target | None, list[str]]:
        """What an expression at the top of a module stands for, and the attributes that are left of it."""
        base, attributes = chain(expression)
        target = self.bound(module, base.id) if isinstance(base, ast.Name) else None
        return self.follow(target, attributes)

    def follow(self, target: Target | None, attributes: list[str]) -> tuple[Target | None, list[str]]:
        """What attributes of a module or a library stand for, and those that are left."""
        while attributes and isinstance(target, Whole | External | Opaque):
            target, attributes = self.attribute(target, attributes[0]), attributes[1:]
        return target, attributes

    def is_machinery(self, module: Path) -> bool:
        """Whether a module's code is left out of digests."""
        if module not in self._machinery:
            self._machinery[module] = self.is_own(module) and _is_machinery(
                module.relative_to(self.files.roots[HELDOUT]).with_suffix("").parts
            )
        return self._machinery[module]

    def is_own(self, module: Path) -> bool:
        """Whether a module is one of heldout's."""
        root = self.files.roots.get(HELDOUT)
        return root is not None and module.is_relative_to(root)

    def is_doorway(self, module: Path) -> bool:
        """Whether a module is `heldout` or `heldout.runtime` itself, which only pass names on."""
        root = self.files.roots.get(HELDOUT)
        return root is not None and module in (root / "__init__.py", root / "runtime" / "__init__.py")

    def _unbound(self, module: Path, name: str) -> Target:
        """A name that a module gives out by a function of its own, or not at all."""
        own = "__getattr__" in self.module(module).bindings and not self.is_doorway(module)
        return Definition(module, name) if own else Opaque(f"nothing called {name}")

    def _find(self, key: Definition) -> Target | None:
        module = self.module(key.module)
        if binders := module.bindings.get(key.name):
            *_, last = binders
            if isinstance(last, Imported) and all(isinstance(one, Imported) for one in binders):
                return self.imported(last, key.module)
            return Opaque(key.name) if self.is_doorway(key.module) else key
        if (inner := self.files.submodule(key.module, key.name)) is not None:
            return Whole(inner)
        for star in reversed(module.stars):
            source = self.imported(star, key.module)
            if isinstance(source, Whole) and (found := self.bound(source.module, key.name)) is not None:
                return found
        return None


def _is_machinery(parts: tuple[str, ...]) -> bool:
    """Whether a module at this place of the package is."""
    first, *rest = parts
    return first != "__init__" and (first != "runtime" or (bool(rest) and rest[0] in MACHINERY))
