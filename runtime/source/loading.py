"""Load a user's file, with the modules beside it that it imports."""

import sys
from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from heldout.runtime.source.neighbours import Neighbours, neighbours_of


class _Loader(SourceFileLoader):
    """Compiles a file whenever it is imported: the age of what was kept, in seconds, would miss an edit."""

    def path_stats(self, path: Any) -> NoReturn:
        """Without an age nothing is kept, nor read of what was."""
        raise OSError


class _Finder(MetaPathFinder):
    """Python's way to the modules beside users' files: to those that the files import, and no others.

    None of them is called like a module that Python finds itself, so that it hides nothing.
    """

    of_users = True

    def __init__(self) -> None:
        self.known: dict[str, Path] = {}
        self.loaded: set[str] = set()  # what users' files are called, in which relative imports begin

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        module = self.known.get(fullname)
        if module is None:
            return self._inside(fullname, path)
        if not module.is_dir():
            return spec_from_file_location(fullname, module, loader=_Loader(fullname, str(module)))
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(module)]
        return spec

    def _inside(self, fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """A module in a folder beside a user's file, or one that is imported relative to that."""
        first, _, rest = fullname.partition(".")
        if not rest or (first not in self.known and first not in self.loaded):
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


_finder = _Finder()


def load_file(path: Path, name: str) -> ModuleType:
    """Load a file as a module of this name; `from .helpers import x` in it names the file beside it.

    Raises:
        ValueError: it cannot be imported, nor what it imports from beside it; or it loads a module from
            there that none of its imports names.
    """
    path = path.absolute()
    neighbours = neighbours_of(path)
    _refuse_other_modules(neighbours)
    specification = spec_from_file_location(name, path, submodule_search_locations=[str(path.parent)])
    assert specification is not None and specification.loader is not None
    module = module_from_spec(specification)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _finder.known |= neighbours.names
    _finder.loaded.add(name)
    before, on_path, writes = set(sys.modules), list(sys.path), sys.dont_write_bytecode
    sys.modules[name] = module  # where dataclasses and type hints look for the module
    sys.dont_write_bytecode = True  # whose age in whole seconds would miss an edit
    try:
        specification.loader.exec_module(module)
        _refuse_unnamed(path, neighbours, set(sys.modules) - before, on_path)
    except BaseException as error:
        _forget(name, neighbours, before)
        if not isinstance(error, Exception):
            raise
        reason = str(error) if isinstance(error, Unnamed) else f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} cannot be imported: {reason}") from error
    finally:
        sys.dont_write_bytecode = writes
    return module


class Unnamed(ValueError):
    """A module was loaded that no import names."""


def _refuse_other_modules(neighbours: Neighbours) -> None:
    """Refuse a neighbour whose name another module has in this process."""
    for name, place in neighbours.names.items():
        there = _finder.known.get(name) or _origin(sys.modules.get(name))
        if there is not None and there.resolve() != place.resolve():
            raise ValueError(
                f"{place} and {there} would both be imported as {name!r}: rename one, or write "
                f"`from .{name} import …`"
            )


def _refuse_unnamed(path: Path, neighbours: Neighbours, loaded: Iterable[str], on_path: list[str]) -> None:
    """Refuse a module from beside the file that came by another way than an import of its name."""
    folder, known = path.parent, {path, *neighbours.files, *neighbours.elsewhere}
    entries = [Path(entry).absolute() for entry in on_path if entry]
    libraries = [entry for entry in entries if entry.is_relative_to(folder) and entry != folder]
    for name in sorted(loaded):
        origin = getattr(sys.modules.get(name), "__file__", None)
        file = Path(origin).absolute() if origin else path
        if file in known or not file.is_relative_to(folder) or any(map(file.is_relative_to, libraries)):
            continue
        if not file.is_file():  # what a library made says of itself what it likes: torch has a `_classes.py`
            continue
        place = file.relative_to(folder)
        raise Unnamed(
            f"it loads {place.as_posix()}, which no import names: write `import "
            f"{'.'.join(place.with_suffix('').parts)}`"
        )


def _origin(module: ModuleType | None) -> Path | None:
    """The file of a module, or the folder of a package without one."""
    if module is None:
        return None
    file, folders = getattr(module, "__file__", None), getattr(module, "__path__", None)
    return Path(file) if file else Path(next(iter(folders))) if folders else Path(repr(module))


def _forget(name: str, neighbours: Neighbours, before: set[str]) -> None:
    """Undo the loading of a file that failed."""
    for own in [key for key in sys.modules if key == name or key.startswith(f"{name}.")]:
        del sys.modules[own]
    for neighbour in neighbours.names:
        _finder.known.pop(neighbour, None)
        for own in [
            key for key in sys.modules if f"{key}.".startswith(f"{neighbour}.") and key not in before
        ]:
            del sys.modules[own]
