"""A module's source: what its names are bound to, and what else it does when it is loaded."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from heldout.runtime.source.imports import Imported, aliases, imports_of, is_type_checking
from heldout.runtime.source.nodes import names_bound

Binder = ast.stmt | Imported


class Module:
    """A module, parsed.

    Attributes:
        tree: its statements.
        bindings: by name what binds it at the top: imports, and the statements that define it.
        stars: modules all of whose names it takes.
        loads: what it imports as it is loaded, so not what functions import when they are called.
        effects: statements that do something else than to bind names.
        stores: statements that change what a name is bound to, with what they change: `TABLE["key"] = value`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bindings: dict[str, list[Binder]] = {}
        self.stars: list[Imported] = []
        self.loads: list[Imported] = []
        self.effects: list[ast.stmt] = []
        self.stores: list[tuple[ast.expr, ast.stmt]] = []
        try:
            self.tree = ast.parse(path.read_bytes(), path.name) if path.is_file() else ast.Module([], [])
        except (SyntaxError, ValueError) as error:
            raise ValueError(f"{path} is no Python: {error}") from error
        self._read(self.tree.body)

    def unused_imports(self) -> Iterator[ast.Import]:
        """Statements `import library` whose name the module never reads, so that it wants their effect."""
        read = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        for statement in self.tree.body:
            if isinstance(statement, ast.Import) and not any(name in read for name, _ in aliases(statement)):
                yield statement

    def _read(self, body: Iterable[ast.stmt], loaded: bool = True) -> None:
        for statement in body:
            self._read_one(statement, loaded)

    def _read_one(self, statement: ast.stmt, loaded: bool) -> None:
        match statement:
            case ast.If() if is_type_checking(statement.test):
                self._read(statement.body, loaded=False)
                self._read(statement.orelse)
                return
            case ast.If() if _is_main(statement.test):
                self._read(statement.orelse)
                return
        if loaded:
            self.loads += imports_of(statement)
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript() as target]):
                self.stores.append((target, statement))
            case ast.AugAssign(target=ast.Attribute() | ast.Subscript() as target):
                self.stores.append((target, statement))
            case _:
                for name in names_bound(statement):
                    self.bindings.setdefault(name, []).append(statement)
                if not only_binds(statement):
                    self.effects.append(statement)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for local, imported in aliases(statement):
            if local == "*":
                self.stars.append(imported)
            else:
                self.bindings.setdefault(local, []).append(imported)


def only_binds(statement: ast.stmt) -> bool:
    """Whether a statement does nothing but bind names: none of its own could change another's result."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.Pass() | ast.Raise() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign():
            return all(map(_is_name, statement.targets))
        case ast.AnnAssign() | ast.AugAssign():
            return _is_name(statement.target)
        case ast.Delete():
            return all(map(_is_name, statement.targets))
        case ast.If():
            return all(map(only_binds, [*statement.body, *statement.orelse]))
        case ast.With():
            return all(map(only_binds, statement.body))
        case ast.Try():
            handled = [one for handler in statement.handlers for one in handler.body]
            inner = [*statement.body, *handled, *statement.orelse, *statement.finalbody]
            return all(map(only_binds, inner))
    return type(statement).__name__ == "TypeAlias"


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_is_name, target.elts))
    return isinstance(target.value if isinstance(target, ast.Starred) else target, ast.Name)


def _is_main(test: ast.expr) -> bool:
    """Whether an `if` asks for `__name__ == "__main__"`, which an operator's file never is."""
    match test:
        case ast.Compare(
            left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant("__main__")]
        ):
            return True
    return False


def statement_at(module: Module, place: tuple[int, int]) -> ast.stmt:
    """The statement of a module that begins at a line and column."""
    found = (one for one in ast.walk(module.tree) if isinstance(one, ast.stmt))
    return next(one for one in found if (one.lineno, one.col_offset) == place)
