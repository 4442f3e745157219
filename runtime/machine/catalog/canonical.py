"""A definition in canonical form: what it computes, whatever its file is called and however it is set.

A name that another definition of a followed module stands behind is a number; one of a library is its
full path, whatever the alias.
"""

import ast
import hashlib
from typing import NamedTuple

from heldout.runtime.machine.catalog.names import (
    Definition,
    External,
    Names,
    Opaque,
    Statement,
    Target,
    Whole,
)
from heldout.runtime.machine.catalog.scopes import Scopes
from heldout.runtime.machine.catalog.tree import TreeWriter
from heldout.runtime.source.imports import Imported, aliases, imported_by_call, imports_of, is_import_call
from heldout.runtime.source.module import statement_at
from heldout.runtime.source.nodes import chain

# What these decorators are given says how tasks are planned, and changes no result.
DECLARING = frozenset({"operator", "component", "claim"})

# By these code comes in that no import names.
UNTRACEABLE = frozenset(
    {
        "importlib.machinery.SourceFileLoader",
        "importlib.util.spec_from_file_location",
        "runpy.run_module",
        "runpy.run_path",
        "sys.path.append",
        "sys.path.extend",
        "sys.path.insert",
    }
)
# By these a function reaches every name of its module.
REACHING_ALL = frozenset({"eval", "exec", "globals"})

# Its `description` is what a docstring says elsewhere.
DESCRIBING = "pydantic.Field"

_MODULE = Scopes()


class Canonical(NamedTuple):
    """A definition in canonical form.

    Attributes:
        shape: the hash of its text, in which what it refers to is numbered from 0.
        references: what these numbers stand for.
        externals: the paths of what it takes from libraries.
        loads: what it imports when it is called.
        untraceable: lines that bring in code which no import names.
    """

    shape: str
    references: tuple[Definition | Statement | Whole, ...]
    externals: frozenset[str]
    loads: tuple[Imported, ...]
    untraceable: tuple[int, ...]


def canonical(names: Names, target: Definition | Statement | Whole) -> Canonical:
    """The canonical form of a definition, of a statement with effects, or of all that a module binds."""
    writer = _Writer(names, target)
    module = names.module(target.module)
    match target:
        case Whole():
            writer.whole()
        case Statement(_, place):
            writer.out.append("statement")
            writer.binder(statement_at(module, place))
        case Definition(path, name):
            writer.out.append(name)
            for binder in module.bindings.get(name, ()):
                writer.binder(binder)
            if name not in module.bindings:  # the module gives it out by a function
                writer.refer(Whole(path))
    text = " ".join(writer.out)
    return Canonical(
        hashlib.sha256(text.encode()).hexdigest(),
        tuple(writer.references),
        frozenset(writer.externals),
        tuple(writer.loads),
        tuple(writer.untraceable),
    )


class _Writer(TreeWriter):
    """Writes what a module's code says, with what its names stand for."""

    def __init__(self, names: Names, target: Definition | Statement | Whole) -> None:
        super().__init__()
        self.references: dict[Definition | Statement | Whole, int] = {}
        self.externals: set[str] = set()
        self.loads: list[Imported] = []
        self.untraceable: list[int] = []
        self._names = names
        self._path = target.module
        self._module = names.module(target.module)
        self._read: frozenset[str] = frozenset()  # the names that the statement at hand reads

    def whole(self) -> None:
        """Write all that the module binds."""
        self.out.append("module")
        for name in sorted(self._module.bindings):
            self.out.append(name)
            self.refer(self._names.bound(self._path, name) or Opaque(name))
        for star in self._module.stars:
            self.refer(self._names.imported(star, self._path))

    def binder(self, binder: ast.stmt | Imported) -> None:
        """Write one of the statements that bind a name."""
        if isinstance(binder, ast.stmt):
            self._read = frozenset(n.id for n in ast.walk(binder) if isinstance(n, ast.Name))
            self.statements([binder], _MODULE)
        else:
            self.refer(self._names.imported(binder, self._path))

    def refer(self, target: Target) -> None:
        """Write what a name stands for."""
        match target:
            case External(path):
                self.externals.add(path)
                self.out.append(f"x:{path}")
                if f"{path}.".startswith("sys.modules."):
                    self.refer(Whole(self._path))
            case Opaque(name):
                self.out.append(f"o:{name}")
            case _:
                self.out.append(f"r:{self._number(target)}")
                if isinstance(target, Whole) and target.module != self._path:
                    self._refer_to_parts(target)

    def _number(self, target: Definition | Statement | Whole) -> int:
        return self.references.setdefault(target, len(self.references))

    def _refer_to_parts(self, package: Whole) -> None:
        """Of a package that is used whole, also the modules in it that are imported here."""
        folder = package.module if package.module.is_dir() else package.module.parent
        if package.module.is_file() and package.module.name != "__init__.py":
            return
        imports = imports_of(self._module.tree, everything=True)
        loaded = {one for imported in imports for one in self._names.files.loaded(imported, self._path)}
        for module in sorted(one for one in loaded if one.is_relative_to(folder) and one != package.module):
            place = module.relative_to(folder).as_posix()
            self.out.append(f"{place} r:{self._number(Whole(module))}")

    def name(self, node: ast.Name, scopes: Scopes) -> None:
        if scopes.in_class and not isinstance(node.ctx, ast.Load):
            self.out.append(f"n:{node.id}")
            return
        target, own = self._resolve(node.id, scopes)
        if target is not None:
            self.refer(target)
            return
        self.out.append(f"n:{node.id}")
        if own:
            return
        if node.id in REACHING_ALL:
            self.refer(Whole(self._path))
        for star in self._module.stars:  # of a library, which may have such a name
            source = self._names.imported(star, self._path)
            if isinstance(source, External):
                self.refer(source)

    def attribute(self, node: ast.Attribute, scopes: Scopes) -> None:
        base, attributes = chain(node)
        target = self._resolve(base.id, scopes)[0] if isinstance(base, ast.Name) else None
        target, attributes = self._names.follow(target, attributes)
        if "__subclasses__" in attributes:
            self.untraceable.append(node.lineno)
        self.out += ["(."] * len(attributes)
        if target is not None:
            self.refer(target)
        else:
            self.write(base, scopes)
        for one in attributes:
            self.out += [one, ")"]

    def _resolve(self, name: str, scopes: Scopes) -> tuple[Target | None, bool]:
        """What a name stands for, if it is no variable, and whether a function binds it."""
        scope = scopes.find(name)
        if scope is None:
            return self._names.bound(self._path, name), False
        imported = scope.names[name]
        return (None if imported is None else self._names.imported(imported, self._path)), True

    def decorator(self, node: ast.expr, scopes: Scopes) -> None:
        called = node.func if isinstance(node, ast.Call) else node
        declared = self._resolve(called.id, scopes)[0] if isinstance(called, ast.Name) else None
        if isinstance(declared, Opaque) and declared.name in DECLARING:
            self.refer(declared)
        else:
            self.write(node, scopes)

    def imports(self, node: ast.Import | ast.ImportFrom, scopes: Scopes) -> None:
        """Nothing, where all that an import does is to give names to what is used."""
        self.loads += imports_of(node)
        for local, imported in aliases(node):
            scope = scopes.find(local)
            names_it = scope is not None and scope.names[local] is not None
            if not names_it or local not in self._read:
                self.out.append("(import" if names_it else f"(import {local}")
                self.refer(self._names.imported(imported, self._path))
                self.out.append(")")

    def call(self, node: ast.Call, scopes: Scopes) -> None:
        """Of a call that imports a module, also the module; of one that describes a parameter, no words."""
        base, attributes = chain(node.func)
        if not isinstance(base, ast.Name):
            self.fields(node, scopes)
            return
        target, own = self._resolve(base.id, scopes)
        target, attributes = self._names.follow(target, attributes)
        described = target == External(DESCRIBING)
        self.fields(_without_description(node) if described else node, scopes)
        if isinstance(target, External) and target.path in UNTRACEABLE:
            self.untraceable.append(node.lineno)
        builtin = target is None and not own and not attributes and base.id == "__import__"
        if not builtin and target != External("importlib.import_module"):
            return
        imported = imported_by_call(node) if is_import_call(node) else None
        if imported is None:
            self.untraceable.append(node.lineno)
        else:
            self.loads.append(imported)
            self.refer(self._names.imported(imported, self._path))


def _without_description(call: ast.Call) -> ast.Call:
    kept = [keyword for keyword in call.keywords if keyword.arg != "description"]
    return ast.copy_location(ast.Call(call.func, call.args, kept), call)
