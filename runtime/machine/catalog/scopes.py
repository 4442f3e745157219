"""Which names are a function's own, and which it takes from around it."""

import ast
from collections.abc import Iterable
from typing import NamedTuple

from heldout.runtime.source.imports import Imported, aliases
from heldout.runtime.source.nodes import own_nodes, targets_bound

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Scope(NamedTuple):
    """The names that a piece of code binds for itself.

    Attributes:
        names: with what an import binds it to, where nothing else binds it.
        of_class: functions inside do not see them.
    """

    names: dict[str, Imported | None]
    of_class: bool = False


class Scopes:
    """The scopes around a place in the code, the innermost first; the module's is not among them."""

    def __init__(self, scopes: tuple[Scope, ...] = ()) -> None:
        self._scopes = scopes

    def inside(self, scope: Scope) -> "Scopes":
        """The scopes in a scope at this place."""
        return Scopes((scope, *(one for one in self._scopes if not one.of_class)))

    @property
    def in_class(self) -> bool:
        """Whether the place is in a class and in no function of it."""
        return bool(self._scopes) and self._scopes[0].of_class

    def find(self, name: str) -> Scope | None:
        """The scope that a name is of; None: the module's, or Python's own."""
        for scope in self._scopes:
            if name in scope.names:
                return scope
        return None


def scope_of_function(function: Function) -> Scope:
    """The scope of a function: its parameters, and what its statements bind."""
    arguments = function.args
    own = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    own += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    names: dict[str, Imported | None] = {}
    elsewhere: set[str] = set()
    body: Iterable[ast.AST] = [function.body] if isinstance(function, ast.Lambda) else function.body
    for node in own_nodes(body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, imported in aliases(node):
                names[name] = imported if names.get(name, imported) == imported else None
        elif isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        else:
            names.update(dict.fromkeys(targets_bound(node)))
    for name in elsewhere:
        names.pop(name, None)
    return Scope(names | {one.arg: None for one in own})


def scope_of_comprehension(generators: list[ast.comprehension]) -> Scope:
    """The scope of a comprehension: what its `for` binds."""
    targets = (node for one in generators for node in ast.walk(one.target))
    return Scope({node.id: None for node in targets if isinstance(node, ast.Name)})


def scope_of_parameters(parameters: Iterable[ast.AST]) -> Scope:
    """The scope of type parameters: `def f[T](…)`, since Python 3.12."""
    return Scope({one.name: None for one in parameters})  # type: ignore[attr-defined]
