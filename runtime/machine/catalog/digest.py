"""Digests of operators and components: of all code that can change their results, and of nothing else.

The code is read and not run. A component that is chosen when a task runs is not reached from its
operator: it has a digest of its own, which is part of a task's identity too.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heldout.runtime.lookup import is_users
from heldout.runtime.machine.catalog.canonical import Canonical
from heldout.runtime.machine.catalog.names import Definition, Statement, Target, Whole
from heldout.runtime.machine.catalog.reach import Reach
from heldout.runtime.source.files import HELDOUT, Files

ROOT = Path(__file__).parents[3]

Stamp = tuple[int, int] | None  # when a file was changed and its size; None: it is not there


@dataclass(frozen=True)
class Digest:
    """What identifies the code of an operator or component.

    Attributes:
        text: `sha256:` and 64 hexadecimal digits.
        modules: the top-level names that the code takes from other packages; none of Python's own.
        definitions: a short hash of everything that is reached, by `NAME in FILE`.
        files: that Python loads for it.
    """

    text: str
    modules: frozenset[str]
    definitions: Mapping[str, str]
    files: frozenset[Path] = field(compare=False)


# What was read before, with the stamps of the files that it rests on.
_read: dict[tuple[Path | str | None, ...], tuple[Digest, Mapping[Path, Stamp]]] = {}


class Digests:
    """Digests of functions, over files that do not change meanwhile: each is parsed once."""

    def __init__(self, root: Path = ROOT) -> None:
        """Over the package `heldout` in a folder."""
        self._root = root
        self._reaches: dict[tuple[Path | None, Path | None], Reach] = {}

    def of(self, function: Callable[..., Any]) -> Digest:
        """The digest of an operator or component, wherever it was declared.

        Raises:
            ValueError: it brings in code that no import names, or reaches a file that is no Python.
        """
        name = function.__name__
        top = function.__module__.partition(".")[0]
        path = Path(sys.modules[function.__module__].__file__ or "").absolute()
        if is_users(function):
            return self.at(path, name, beside=path.parent)
        package = getattr(sys.modules.get(top), "__file__", None)
        if top == HELDOUT or package is None or Path(package).name != "__init__.py":
            return self.at(path, name)
        return self.at(path, name, package=Path(package).absolute().parent)

    def at(self, module: Path, name: str, beside: Path | None = None, package: Path | None = None) -> Digest:
        """The digest of a function at the top of a module.

        Args:
            module: its file.
            name: the function's; one that the module does not bind by itself stands for all of it.
            beside: the folder whose modules it imports by their names, where it is a user's file.
            package: the folder of the package that it is part of, where that is not `heldout`.

        Raises:
            ValueError: as `of`.
        """
        key = (self._root, module, name, beside, package)
        if key in _read and all(_stamp(path) == stamp for path, stamp in _read[key][1].items()):
            return _read[key][0]
        reach = self._reach(beside, package)
        bound = name in reach.names.module(module).bindings
        found = reach.of(Definition(module, name) if bound else Whole(module))
        digest = _digest(found, reach)
        rests_on = digest.files | {*reach.names.files.missing}
        _read[key] = digest, {path: _stamp(path) for path in rests_on}
        return digest

    def _reach(self, beside: Path | None, package: Path | None) -> Reach:
        if (beside, package) not in self._reaches:
            others = {package.name: package} if package is not None else {}
            self._reaches[beside, package] = Reach(Files({HELDOUT: self._root, **others}, beside))
        return self._reaches[beside, package]


def function_digest(function: Callable[..., Any]) -> str:
    """The digest of one operator or component, as a task's identity has it."""
    return Digests().of(function).text


def _digest(found: Mapping[Target, Canonical], reach: Reach) -> Digest:
    numbers = {target: str(number) for number, target in enumerate(found)}
    whole = hashlib.sha256()
    modules: set[str] = set()
    for target, form in found.items():
        _refuse_untraceable(target, form, reach)
        references = ",".join(numbers[one] for one in form.references)
        whole.update(f"{form.shape} {references}\n".encode())
        modules |= {path.partition(".")[0] for path in form.externals}
    definitions = {_label(target, reach): form.shape[:8] for target, form in found.items()}
    return Digest(
        f"sha256:{whole.hexdigest()}",
        frozenset(name for name in modules if name and name not in sys.stdlib_module_names),
        dict(sorted(definitions.items())),
        frozenset(reach.loaded_by(found)),
    )


def _label(target: Target, reach: Reach) -> str:
    """What people call what is reached."""
    match target:
        case Definition(module, name):
            return f"{name} in {reach.names.files.label(module)}"
        case Statement(module, (line, _)):
            return f"line {line} of {reach.names.files.label(module)}"
        case Whole(module):
            return f"all of {reach.names.files.label(module)}"
    raise TypeError(target)


def _refuse_untraceable(target: Target, form: Canonical, reach: Reach) -> None:
    for line in form.untraceable:
        assert isinstance(target, Definition | Statement | Whole)
        raise ValueError(
            f"{reach.names.files.label(target.module)}, line {line}: what code is brought in here cannot be "
            "told by reading: put the modules beside the file, and write `import NAME` for each"
        )


def _stamp(path: Path) -> Stamp:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
