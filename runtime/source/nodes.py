"""Parts of syntax trees: what a statement binds, and what an expression begins with."""

import ast
from collections.abc import Iterable, Iterator

from heldout.runtime.source.imports import aliases


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Nodes and those below them that run where they stand: not what is in functions and classes."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _APART):
            continue
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [one for one in value if isinstance(one, ast.AST)]


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_APART = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *_COMPREHENSIONS)


def targets_bound(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds, but for those of an import."""
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from (one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def names_bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds where it stands, those of the statements in it too."""
    for node in own_nodes([statement]):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (local for local, _ in aliases(node) if local != "*")
        else:
            yield from targets_bound(node)


def chain(node: ast.expr) -> tuple[ast.expr, list[str]]:
    """An expression as what it begins with, and the attributes after it: `a.b.c` is `a` and `b`, `c`."""
    attributes = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, attributes[::-1]


def stem(node: ast.expr) -> ast.expr:
    """What is changed where something is put into an expression: `a.b` of `a.b[0].c`."""
    while isinstance(base := chain(node)[0], ast.Subscript):
        node = base.value
    return node
