"""Where the module behind an import lies, found without importing anything."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from heldout.runtime.source.imports import Imported
from heldout.runtime.source.installed import is_installed


class Files:
    """The modules whose code is followed: those of some packages, and those beside a user's file.

    A module is called by its file; a package by its `__init__.py`, or by its folder where it has none.

    Attributes:
        roots: by top-level name, the folder of a package.
        beside: the folder of a user's file, which imports the modules there by their names.
        missing: what was looked for in that folder, and is not there.
        taken: names that are a module of that folder and also an installed one.
    """

    def __init__(self, roots: Mapping[str, Path], beside: Path | None = None) -> None:
        self.roots = dict(roots)
        self.beside = beside
        self.missing: set[Path] = set()
        self.taken: dict[str, Path] = {}

    def find(self, name: str, importer: Path) -> Path | None:
        """The module of a dotted name, as a module that is followed imports it; None: it is not followed."""
        top, *rest = name.split(".")
        if top in self.roots:
            return self._at(self.roots[top], rest)
        if self.beside is None or not importer.is_relative_to(self.beside) or self._in_roots(importer):
            return None
        if top in sys.stdlib_module_names:
            return None
        found = self._at(self.beside, [top])
        if found is None:
            return None
        if is_installed(top, self.beside):
            if not found.is_dir():  # a folder without `__init__.py` gives way, as Python has it
                self.taken[top] = found
            return None
        return self._at(self.beside, [top, *rest])

    def relative(self, importer: Path, level: int, name: str) -> Path | None:
        """The module that a relative import names: `from ..name import …` is of level 2."""
        folder = importer if importer.is_dir() else importer.parent
        top = self._top(importer)
        for _ in range(level - 1):
            if folder == top:
                return None
            folder = folder.parent
        return self._at(folder, name.split(".") if name else [])

    def submodule(self, package: Path, name: str) -> Path | None:
        """A module in a package's folder."""
        if package.is_dir():
            return self._at(package, [name])
        return self._at(package.parent, [name]) if package.name == "__init__.py" else None

    def packages(self, module: Path) -> Iterator[Path]:
        """The `__init__.py` of the packages around a module, which run before it does."""
        top = self._top(module)
        folder = module if module.is_dir() else module.parent
        while folder.is_relative_to(top):
            if folder == self.beside:
                return
            init = folder / "__init__.py"
            if init != module and init.is_file():
                yield init
            folder = folder.parent

    def label(self, module: Path) -> str:
        """What people call a module: its path under its package or folder."""
        place = module.relative_to(self._top(module))
        return place.as_posix().removeprefix("runtime/") if self._in_roots(module) else place.as_posix()

    def _top(self, module: Path) -> Path:
        """The outermost folder that a module's relative imports reach."""
        for root in self.roots.values():
            if module.is_relative_to(root):
                return root
        return self.beside if self.beside is not None else module.parent

    def _in_roots(self, module: Path) -> bool:
        return any(module.is_relative_to(root) for root in self.roots.values())

    def _at(self, folder: Path, parts: list[str]) -> Path | None:
        place = folder.joinpath(*parts)
        candidates = [place / "__init__.py", *([place.with_name(f"{place.name}.py")] if parts else [])]
        for path in candidates:
            if path.is_file():
                return path
            if self.beside is not None and path.is_relative_to(self.beside):
                self.missing.add(path)
        return place if place.is_dir() else None


def modules_of(imported: Imported, importer: Path, files: Files) -> Iterator[Path]:
    """The modules that run when something is imported, as far as they are followed."""
    if imported.level:
        module = files.relative(importer, imported.level, imported.module)
    else:
        module = files.find(imported.module, importer)
    if module is None:
        return
    yield from files.packages(module)
    yield module
    if imported.name is not None and (inner := files.submodule(module, imported.name)) is not None:
        yield inner
