"""Definitions that are reached from what they were registered with, though nothing there names them.

`@stacked(classifier)` gives `classifier` a second function, `@route.register` gives `route` one more case,
and `@model("resnet")` may put a function into a table. Which of a decorator's arguments, and which
tables, get something put into them is read off the decorator's own code.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
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
from heldout.runtime.machine.catalog.written import Written, written_by
from heldout.runtime.source.module import Module
from heldout.runtime.source.nodes import stem

# A decorator of a library with such a word in its name keeps what it is given, under a name of its own.
_REGISTERING = ("regist", "custom_op")


class Registered(NamedTuple):
    """A definition or statement, and what it is registered with; None: with a library, so with everything."""

    what: Definition | Statement
    at: Target | None


class Registrations:
    """What modules register when they are loaded, each module looked at once."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._of_module: dict[Path, tuple[Registered, ...]] = {}
        self._written: dict[Definition, Written] = {}

    def of(self, module: Path) -> tuple[Registered, ...]:
        """What a module registers."""
        if module not in self._of_module:
            self._of_module[module] = tuple(self._read(self._names.module(module)))
        return self._of_module[module]

    def _read(self, module: Module) -> Iterator[Registered]:
        for stored, statement in module.stores:
            target, _ = self._names.resolved(stem(stored), module.path)
            own = Statement(module.path, (statement.lineno, statement.col_offset))
            yield Registered(own, target if isinstance(target, Definition) else None)
        for name, binders in module.bindings.items():
            definition = Definition(module.path, name)
            for binder in binders:
                yield from (Registered(definition, at) for at in self._binder(binder, module.path))

    def _binder(self, binder: object, module: Path) -> Iterator[Target | None]:
        """What a statement that binds a name registers that name with."""
        match binder:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                for decorator in binder.decorator_list:
                    yield from self._decorator(decorator, module)
                if isinstance(binder, ast.ClassDef):
                    yield from self._bases(binder, module)
            case ast.Assign(value=ast.Call() as call) | ast.AnnAssign(value=ast.Call() as call):
                target, rest = self._names.resolved(call.func, module)
                if isinstance(target, Definition) and not rest:
                    yield from self._called(target, call, module)

    def _decorator(self, decorator: ast.expr, module: Path) -> Iterator[Target | None]:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        call = decorator if isinstance(decorator, ast.Call) else None
        target, rest = self._names.resolved(called, module)
        match target:
            case Definition() if rest:  # `@route.register`, `@TABLE.add("name")`
                yield target
            case Definition():
                yield from self._called(target, call, module)
            case Opaque() if call is not None:  # of the machinery, `stacked` alone registers, with its first
                yield from self._named(call.args[:1], module)
            case External(path) if any(word in path.rpartition(".")[2] for word in _REGISTERING):
                yield None

    def _called(self, function: Definition, call: ast.Call | None, module: Path) -> Iterator[Target]:
        """What a call of a followed function puts something into."""
        written = self._written_by(function)
        yield from written.tables
        if call is None:
            return
        given = dict(zip(written.parameters, call.args, strict=False))
        given |= {one.arg: one.value for one in call.keywords if one.arg is not None}
        yield from self._named([given[name] for name in written.changed & given.keys()], module)

    def _bases(self, defined: ast.ClassDef, module: Path) -> Iterator[Target]:
        """The followed classes that keep a list of those that derive from them."""
        metaclasses = [one.value for one in defined.keywords if one.arg == "metaclass"]
        yield from self._named(metaclasses, module)
        for base in self._named(defined.bases, module):
            if isinstance(base, Definition) and self._keeps_subclasses(base):
                yield base

    def _keeps_subclasses(self, base: Definition) -> bool:
        for binder in self._names.module(base.module).bindings.get(base.name, ()):
            if not isinstance(binder, ast.ClassDef):
                continue
            above = self._named(binder.bases, base.module)
            if any(isinstance(one, Definition) and self._keeps_subclasses(one) for one in above):
                return True
            if any(one.arg == "metaclass" for one in binder.keywords):
                return True
            for method in binder.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init_subclass__":
                    written = written_by(self._names, base.module, method)
                    return bool(written.tables or written.inside)
        return False

    def _named(self, expressions: list[ast.expr], module: Path) -> Iterator[Target]:
        """The followed definitions that some expressions name."""
        for expression in expressions:
            target, _ = self._names.resolved(expression, module)
            if isinstance(target, Definition | Whole):
                yield target

    def _written_by(self, function: Definition) -> Written:
        if function not in self._written:
            self._written[function] = Written()  # of functions that call each other
            for binder in self._names.module(function.module).bindings.get(function.name, ()):
                if isinstance(binder, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    own = written_by(self._names, function.module, binder)
                    called = [self._written_by(one) for one in own.calls]
                    tables = own.tables.union(*(one.tables for one in called))
                    self._written[function] = own._replace(tables=tables)
        return self._written[function]
