"""What import statements name."""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Imported(NamedTuple):
    """What an import statement names.

    Attributes:
        level: of dots before it.
        module: the dotted name after them; may be empty.
        name: that is taken from the module; None where it is the module itself.
    """

    level: int
    module: str
    name: str | None


def aliases(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Imported]]:
    """The names that an import binds, with what they name; `*` with the module."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname is not None:
                yield alias.asname, Imported(0, alias.name, None)
            else:
                top = alias.name.partition(".")[0]
                yield top, Imported(0, top, None)
        return
    for alias in statement.names:
        module = statement.module or ""
        name = None if alias.name == "*" else alias.name
        yield alias.asname or alias.name, Imported(statement.level, module, name)


def imports_of(node: ast.AST, everything: bool = False) -> Iterator[Imported]:
    """What a statement imports when it runs.

    Args:
        node: the statement.
        everything: also what its functions import when they are called, what is imported for types
            alone, and what `import_module` is given by name.
    """
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (Imported(0, alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (imported for _, imported in aliases(node))
        elif everything:
            if isinstance(node, ast.Call) and (named := imported_by_call(node)) is not None:
                yield named
            waiting += ast.iter_child_nodes(node)
        elif isinstance(node, ast.If) and is_type_checking(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]


def imported_by_call(call: ast.Call) -> Imported | None:
    """The module that `import_module("name")` or `__import__("name")` names as it stands there."""
    if not is_import_call(call) or not call.args:
        return None
    match call.args[0]:
        case ast.Constant(value=str(name)):
            dotted = name.lstrip(".")
            if all(part.isidentifier() for part in dotted.split(".")):
                return Imported(len(name) - len(dotted), dotted, None)
    return None


def is_import_call(call: ast.Call) -> bool:
    """Whether a call imports a module by its name."""
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in ("import_module", "__import__")


def is_type_checking(test: ast.expr) -> bool:
    """Whether an `if` asks for `TYPE_CHECKING`, so that what it guards never runs."""
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"
