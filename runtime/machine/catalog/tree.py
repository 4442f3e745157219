"""Syntax trees written down token by token, alike by every version of Python.

Left out are comments, docstrings and formatting, and what a version keeps beside the fields that all
share. What names stand for is for a subclass to say.
"""

import ast
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from heldout.runtime.machine.catalog.scopes import (
    Scope,
    Scopes,
    scope_of_comprehension,
    scope_of_function,
    scope_of_parameters,
)
from heldout.runtime.source.nodes import names_bound

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef

_LEFT_OUT = frozenset({"ctx", "kind", "type_comment", "type_ignores", "annotation"})


class TreeWriter(ABC):
    """Writes syntax trees.

    Attributes:
        out: the tokens so far.
    """

    def __init__(self) -> None:
        self.out: list[str] = []

    @abstractmethod
    def name(self, node: ast.Name, scopes: Scopes) -> None:
        """Write a name."""

    @abstractmethod
    def attribute(self, node: ast.Attribute, scopes: Scopes) -> None:
        """Write an attribute."""

    @abstractmethod
    def imports(self, node: ast.Import | ast.ImportFrom, scopes: Scopes) -> None:
        """Write an import that stands inside a definition."""

    @abstractmethod
    def call(self, node: ast.Call, scopes: Scopes) -> None:
        """Write a call."""

    @abstractmethod
    def decorator(self, node: ast.expr, scopes: Scopes) -> None:
        """Write a decorator."""

    def write(self, node: ast.AST, scopes: Scopes) -> None:
        """Write a node and all below it."""
        (self._WAYS.get(type(node)) or TreeWriter.fields)(self, node, scopes)

    def statements(self, body: Iterable[ast.stmt], scopes: Scopes) -> None:
        """Write statements, but for those that do nothing."""
        self.out.append("[")
        for statement in body:
            if not does_nothing(statement):
                self.write(statement, scopes)
        self.out.append("]")

    def fields(self, node: ast.AST, scopes: Scopes) -> None:
        """Write a node as its type and those of its fields that hold something."""
        out = self.out
        out.append(f"({type(node).__name__}")
        for field in node._fields:
            value = getattr(node, field, None)
            if value is not None and value != [] and field not in _LEFT_OUT:
                out.append(field)
                self.value(value, scopes)
        out.append(")")

    def value(self, value: Any, scopes: Scopes) -> None:
        """Write what a field holds."""
        if isinstance(value, ast.AST):
            self.write(value, scopes)
        elif not isinstance(value, list):
            self.out.append(constant(value))
        elif isinstance(value[0], ast.stmt):
            self.statements(value, scopes)
        else:
            self.out.append("[")
            for one in value:
                self.out.append("-") if one is None else self.value(one, scopes)
            self.out.append("]")

    def type_(self, node: ast.expr | None, scopes: Scopes) -> None:
        """Write an annotation, in which a string is the type that it spells."""
        match node:
            case None:
                self.out.append("-")
            case ast.Constant(value=str(text)):
                parsed = _parsed(text)
                self.write(node, scopes) if parsed is None else self.type_(parsed, scopes)
            case ast.BinOp(op=ast.BitOr()):
                self.out.append("(|")
                self.type_(node.left, scopes)
                self.type_(node.right, scopes)
                self.out.append(")")
            case ast.Subscript():
                self.out.append("(Subscript")
                self.type_(node.value, scopes)
                inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                types = {"Literal": 0, "Annotated": 1}.get(_last_name(node.value), len(inner))
                for number, one in enumerate(inner):
                    (self.type_ if number < types else self.write)(one, scopes)
                self.out.append(")")
            case ast.List():
                self.out.append("[")
                for one in node.elts:
                    self.type_(one, scopes)
                self.out.append("]")
            case _:
                self.write(node, scopes)

    def _typed(self, node: ast.arg | ast.AnnAssign, scopes: Scopes) -> None:
        self.fields(node, scopes)
        self.type_(node.annotation, scopes)

    def _constant(self, node: ast.Constant, _: Scopes) -> None:
        self.out.append(constant(node.value))

    def _lambda(self, node: ast.Lambda, scopes: Scopes) -> None:
        self.out.append("(Lambda")
        self.write(node.args, scopes)
        self.write(node.body, scopes.inside(scope_of_function(node)))
        self.out.append(")")

    def _function(self, node: Function, scopes: Scopes) -> None:
        self.out += [f"({type(node).__name__}", node.name]
        self._decorators(node.decorator_list, scopes)
        scopes = self._type_parameters(node, scopes)
        self.write(node.args, scopes)
        self.type_(node.returns, scopes)
        self.statements(node.body, scopes.inside(scope_of_function(node)))
        self.out.append(")")

    def _class(self, node: ast.ClassDef, scopes: Scopes) -> None:
        self.out += ["(ClassDef", node.name]
        self._decorators(node.decorator_list, scopes)
        scopes = self._type_parameters(node, scopes)
        for base in (*node.bases, *node.keywords):
            self.write(base, scopes)
        own = Scope({}, of_class=True)
        inside = scopes.inside(own)
        for statement in node.body:
            if not does_nothing(statement):
                self.write(statement, inside)
            own.names.update(dict.fromkeys(names_bound(statement)))  # below it they are the class's own
        self.out.append(")")

    def _decorators(self, decorators: Sequence[ast.expr], scopes: Scopes) -> None:
        for one in decorators:
            self.out.append("@")
            self.decorator(one, scopes)

    def _type_parameters(self, node: ast.AST, scopes: Scopes) -> Scopes:
        parameters = getattr(node, "type_params", None)  # since Python 3.12
        if not parameters:
            return scopes
        inside = scopes.inside(scope_of_parameters(parameters))
        self.value(parameters, inside)
        return inside

    def _comprehension(self, node: Comprehension, scopes: Scopes) -> None:
        inside = scopes.inside(scope_of_comprehension(node.generators))
        self.out.append(f"({type(node).__name__}")
        for number, one in enumerate(node.generators):
            self.out.append("async" if one.is_async else "for")
            self.write(one.iter, inside if number else scopes)
            self.write(one.target, inside)
            for condition in one.ifs:
                self.write(condition, inside)
        for made in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.write(made, inside)
        self.out.append(")")

    def _text(self, node: ast.JoinedStr, scopes: Scopes) -> None:
        """An f-string, however the version cuts its constant parts."""
        self.out.append("(JoinedStr")
        cut = ""
        for part in node.values:
            if isinstance(part, ast.Constant):
                cut += str(part.value)
                continue
            if cut:
                self.out.append(constant(cut))
                cut = ""
            assert isinstance(part, ast.FormattedValue)
            self.out.append(f"({part.conversion}")
            self.write(part.value, scopes)
            if isinstance(part.format_spec, ast.JoinedStr) and part.format_spec.values:
                self._text(part.format_spec, scopes)
            self.out.append(")")
        if cut:
            self.out.append(constant(cut))
        self.out.append(")")

    _WAYS: ClassVar[dict[type[ast.AST], Callable[..., None]]] = {
        ast.Name: lambda self, node, scopes: self.name(node, scopes),
        ast.Attribute: lambda self, node, scopes: self.attribute(node, scopes),
        ast.Call: lambda self, node, scopes: self.call(node, scopes),
        ast.Import: lambda self, node, scopes: self.imports(node, scopes),
        ast.ImportFrom: lambda self, node, scopes: self.imports(node, scopes),
        ast.Constant: _constant,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Lambda: _lambda,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.arg: _typed,
        ast.AnnAssign: _typed,
        ast.JoinedStr: _text,
    }


def does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is `pass`, a docstring, or another constant that nothing is done with."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
    return False


def constant(value: Any) -> str:
    """A constant as a token; floats by their bits, text by its code points."""
    match value:
        case str():
            return json.dumps(value)
        case bytes():
            return f"b:{value.hex()}"
        case bool() | None:
            return str(value)
        case int():
            return f"i:{value:x}"
        case float():
            return f"f:{value.hex()}"
        case complex():
            return f"j:{value.real.hex()},{value.imag.hex()}"
    return "..."


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _parsed(text: str) -> ast.expr | None:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
