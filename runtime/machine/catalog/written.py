"""What a function puts something into, beside what it returns: its parameters, or tables of its package."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from heldout.runtime.machine.catalog.names import Definition, Names
from heldout.runtime.source.nodes import chain, names_bound, stem

Callee = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Written(NamedTuple):
    """What a function changes.

    Attributes:
        parameters: those that can be given by position, in order.
        changed: parameters that something is put into.
        inside: whether that is so of what an attribute of the first holds: `cls.table[name] = cls`.
        tables: definitions at the top of modules that something is put into.
        calls: followed functions that it calls.
    """

    parameters: tuple[str, ...] = ()
    changed: frozenset[str] = frozenset()
    inside: bool = False
    tables: frozenset[Definition] = frozenset()
    calls: frozenset[Definition] = frozenset()


def written_by(names: Names, module: Path, callee: Callee) -> Written:
    """What a call of a function or class changes, as far as its own code says so.

    Args:
        names: of the modules that are followed.
        module: where it is defined.
        callee: the function, or the class whose `__init__` takes the arguments.
    """
    parameters = _parameters(callee)
    own = set(_bound_inside(callee)) - set(parameters)
    changed: set[str] = set()
    tables: set[Definition] = set()
    inside = False
    for node in map(stem, _changed(callee)):
        base, attributes = chain(node)
        if not isinstance(base, ast.Name) or base.id in own:
            continue
        if base.id in parameters:
            changed.add(base.id)
            inside |= bool(attributes) and base.id == parameters[0]
            continue
        target, _ = names.resolved(node, module)
        if isinstance(target, Definition):
            tables.add(target)
    called = [names.resolved(node.func, module) for node in ast.walk(callee) if isinstance(node, ast.Call)]
    calls = frozenset(target for target, left in called if isinstance(target, Definition) and not left)
    return Written(parameters, frozenset(changed), inside, frozenset(tables), calls)


def _parameters(callee: Callee) -> tuple[str, ...]:
    if isinstance(callee, ast.ClassDef):
        methods = (one for one in callee.body if isinstance(one, ast.FunctionDef))
        return next((_parameters(one)[1:] for one in methods if one.name == "__init__"), ())
    given = callee.args
    return tuple(one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs))


def _bound_inside(callee: Callee) -> Iterator[str]:
    """The names that a function binds, those of functions in it too, but for what it declares global."""
    declared = set(_declared_global(callee))
    for node in ast.walk(callee):
        if isinstance(node, ast.stmt) and node is not callee:
            yield from (name for name in names_bound(node) if name not in declared)
        elif isinstance(node, ast.arg):
            yield node.arg


def _changed(callee: Callee) -> Iterator[ast.expr]:
    """What something is put into: the `x` of `x.y = …`, `x[…] = …`, `x.append(…)` and `setattr(x, …)`."""
    declared = set(_declared_global(callee))
    for node in ast.walk(callee):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield node.value
            case ast.Call(
                func=ast.Attribute(value=ast.Name() | ast.Attribute() | ast.Subscript() as changed)
            ):
                yield changed
            case ast.Call(func=ast.Name(id="setattr"), args=[changed, *_]):
                yield changed
            case ast.Name(ctx=ast.Store()) if node.id in declared:
                yield node


def _declared_global(callee: Callee) -> Iterator[str]:
    for node in ast.walk(callee):
        if isinstance(node, ast.Global):
            yield from node.names
