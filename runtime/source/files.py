"""Where the module behind an import lies, found without importing anything."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from heldout.runtime.source.imports import Imported
from heldout.runtime.source.installed import installed

HELDOUT = __name__.partition(".")[0]


class Files:
    """The modules whose code is followed: those of some packages, and those beside a user's file.

    A module is called by its file; a package by its `__init__.py`, or by its folder where it has none.

    Attributes:
        roots: by top-level name, the folder of a package or the file of a module. Code that users import
            from elsewhere is added when it is met, unless it is an installed library's.
        beside: the folder of a user's file, which imports the modules there by their names.
        missing: what was looked for in that folder, and is not there.
        taken: names that are a module of that folder, and another that Python finds.
    """

    def __init__(self, roots: Mapping[str, Path], beside: Path | None = None) -> None:
        self.roots = dict(roots)
        self.beside = beside
        self.missing: set[Path] = set()
        self.taken: dict[str, Path] = {}

    def find(self, name: str, importer: Path) -> Path | None:
        """The module of a dotted name, as a module that is followed imports it; None: it is not followed."""
        top, *rest = name.split(".")
        if top not in self.roots and not self._is_own(importer) and top not in sys.stdlib_module_names:
            near = self._near(top, importer)
            if near is not None:
                return self._at(near, rest)
        return self._at(self.roots[top], rest) if top in self.roots else None

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
        while folder.is_relative_to(top) and folder != self.beside:
            init = folder / "__init__.py"
            if init != module and init.is_file():
                yield init
            folder = folder.parent

    def loaded(self, imported: Imported, importer: Path) -> Iterator[Path]:
        """The modules that run when something is imported, as far as they are followed."""
        if imported.level:
            module = self.relative(importer, imported.level, imported.module)
        else:
            module = self.find(imported.module, importer)
        if module is None:
            return
        yield from self.packages(module)
        yield module
        if imported.name is not None and (inner := self.submodule(module, imported.name)) is not None:
            yield inner

    def is_elsewhere(self, module: Path) -> bool:
        """Whether a module is of one of the packages, and not of those beside a user's file."""
        return any(map(module.is_relative_to, self.roots.values()))

    def label(self, module: Path) -> str:
        """What people call a module: its path under `heldout.runtime`, or under its folder."""
        if self._is_own(module):
            return module.relative_to(self.roots[HELDOUT]).as_posix().removeprefix("runtime/")
        top = self._top(module)
        return module.relative_to(top if top == self.beside else top.parent).as_posix()

    def _near(self, name: str, importer: Path) -> Path | None:
        """The module or package that a user's code calls by a top-level name."""
        found = None
        if self.beside is not None and importer.is_relative_to(self.beside):
            found = self._at(self.beside, [name])
        package = found.parent if found is not None and found.name == "__init__.py" else found
        other = installed(name, self.beside)
        if package is not None and (other is None or other.place == package):
            return package
        if found is not None and not found.is_dir():  # a folder without `__init__.py` gives way
            self.taken[name] = found
        elif other is not None and other.followed:
            self.roots[name] = other.place
        return None

    def _is_own(self, module: Path) -> bool:
        return HELDOUT in self.roots and module.is_relative_to(self.roots[HELDOUT])

    def _top(self, module: Path) -> Path:
        """The outermost folder that a module's relative imports reach."""
        for root in self.roots.values():
            if module.is_relative_to(root):
                return root.parent if root.suffix == ".py" else root
        return self.beside if self.beside is not None else module.parent

    def _at(self, folder: Path, parts: list[str]) -> Path | None:
        place = folder.joinpath(*parts)
        if place.suffix == ".py" and place.is_file():
            return place
        candidates = [place / "__init__.py", *([place.with_name(f"{place.name}.py")] if parts else [])]
        for path in candidates:
            if path.is_file():
                return path
            if self.beside is not None and path.is_relative_to(self.beside):
                self.missing.add(path)
        return place if place.is_dir() else None
