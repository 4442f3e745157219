"""All that a function's result can depend on: the definitions that it reaches, in a canonical order."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from heldout.runtime.machine.catalog.canonical import Canonical, canonical
from heldout.runtime.machine.catalog.names import (
    Definition,
    External,
    Names,
    Opaque,
    Statement,
    Target,
    Whole,
)
from heldout.runtime.machine.catalog.registration import Registrations
from heldout.runtime.source.files import Files
from heldout.runtime.source.imports import Imported, aliases


class Reach:
    """What functions reach, over modules that are parsed once."""

    def __init__(self, files: Files) -> None:
        self.names = Names(files)
        self._registrations = Registrations(self.names)
        self._canonical: dict[Target, Canonical] = {}
        self._loads: dict[Path, tuple[Path, ...]] = {}

    def of(self, root: Definition | Whole) -> dict[Target, Canonical]:
        """What a definition reaches, itself first.

        A definition is followed by what it refers to, each where it is first named, depth first. Then
        come the statements with effects of all modules that are loaded on the way, and what was
        registered with something that is reached.
        """
        found: dict[Target, Canonical] = {}
        self._add(root, found)
        while new := self._also(found):
            for target in new:
                self._add(target, found)
        return found

    def loaded_by(self, found: Mapping[Target, Canonical]) -> Iterable[Path]:
        """The modules that are loaded for what is reached."""
        loaded: dict[Path, None] = {}
        for target, form in found.items():
            assert not isinstance(target, External | Opaque)
            self._load([target.module], loaded)
            for imported in form.loads:
                self._load(self.names.files.loaded(imported, target.module), loaded)
        return loaded

    def canonical(self, target: Target) -> Canonical:
        """The canonical form of what is reached, made once."""
        if target not in self._canonical:
            assert not isinstance(target, External | Opaque)
            self._canonical[target] = canonical(self.names, target)
        return self._canonical[target]

    def _add(self, root: Target, found: dict[Target, Canonical]) -> None:
        waiting = [root]
        while waiting:
            target = waiting.pop()
            if target not in found:
                found[target] = self.canonical(target)
                waiting += reversed(found[target].references)

    def _also(self, found: dict[Target, Canonical]) -> list[Target]:
        """What is reached though nothing names it, in an order that does not depend on where it stands."""
        more: dict[Target, None] = {}
        for path in self.loaded_by(found):
            more |= dict.fromkeys(self._effects(path))
            for registered in self._registrations.of(path):
                if registered.at is None or registered.at in found:
                    more[registered.what] = None
        return sorted((one for one in more if one not in found), key=self._content)

    def _content(self, target: Target) -> tuple[str, ...]:
        form = self.canonical(target)
        return (form.shape, *(self.canonical(one).shape for one in form.references), *sorted(form.externals))

    def _effects(self, path: Path) -> Iterator[Statement]:
        module = self.names.module(path)
        for statement in module.effects:
            yield Statement(path, (statement.lineno, statement.col_offset))
        if not self.names.is_own(path):
            for unused in module.unused_imports():
                if any(self._is_foreign(imported, path) for _, imported in aliases(unused)):
                    yield Statement(path, (unused.lineno, unused.col_offset))

    def _is_foreign(self, imported: Imported, importer: Path) -> bool:
        """Whether an import is of a library that is neither followed nor Python's own."""
        target = self.names.imported(imported, importer)
        own = sys.stdlib_module_names
        return isinstance(target, External) and target.path.partition(".")[0] not in own

    def _load(self, paths: Iterable[Path], loaded: dict[Path, None]) -> None:
        """Note modules and all that is loaded with them."""
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if path not in loaded and not self.names.is_machinery(path):
                loaded[path] = None
                waiting += self._loaded_by(path)

    def _loaded_by(self, path: Path) -> tuple[Path, ...]:
        if path not in self._loads:
            files = self.names.files
            imports: Iterable[Imported] = dict.fromkeys(self.names.module(path).loads)
            found = (module for imported in imports for module in files.loaded(imported, path))
            self._loads[path] = tuple(dict.fromkeys((*files.packages(path), *found)))
        return self._loads[path]
