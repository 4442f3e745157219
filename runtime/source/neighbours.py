"""The modules that a user's file imports from beside it, and those that they import in turn."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from heldout.runtime.source.files import HELDOUT, Files
from heldout.runtime.source.imports import imports_of
from heldout.runtime.source.module import Module


class Neighbours(NamedTuple):
    """What a user's file needs of the user's other files.

    Attributes:
        files: the modules beside it, sorted; the file itself is not among them.
        elsewhere: modules of the user's that Python finds at another place, sorted.
        missing: what would be one of the modules beside it if it were there, sorted.
        names: of modules and packages beside it, by the top-level name that they are imported by.
    """

    files: tuple[Path, ...]
    elsewhere: tuple[Path, ...]
    missing: tuple[Path, ...]
    names: Mapping[str, Path]


def neighbours_of(file: Path) -> Neighbours:
    """The user's modules that a file and its neighbours import, also inside functions.

    Raises:
        ValueError: one of them cannot be read, is a link to elsewhere, or is called like another
            module that Python finds.
    """
    files = Files({}, file.parent)
    found: dict[Path, None] = {}
    names: dict[str, Path] = {}
    waiting = [file]
    while waiting:
        importer = waiting.pop()
        for imported in imports_of(Module(importer).tree, everything=True):
            if not imported.level and imported.module.partition(".")[0] == HELDOUT:
                continue
            for module in files.loaded(imported, importer):
                if module not in found and module != file and not module.is_dir():
                    found[module] = None
                    waiting.append(module)
            top = imported.module.partition(".")[0]
            near = None if imported.level else files.find(top, importer)
            if near is not None and top not in files.roots:
                names[top] = near
    _refuse(file, found, files)
    return Neighbours(
        tuple(sorted(module for module in found if not files.is_elsewhere(module))),
        tuple(sorted(module for module in found if files.is_elsewhere(module))),
        tuple(sorted(files.missing)),
        names,
    )


def _refuse(file: Path, found: Mapping[Path, None], files: Files) -> None:
    for name, module in files.taken.items():
        raise ValueError(
            f"{file.name} imports {name!r}, which is {files.label(module)} beside it and also a module that "
            f"Python finds elsewhere: rename the file, or write `from .{name} import …` for it"
        )
    for module in found:
        if not files.is_elsewhere(module) and not module.resolve().is_relative_to(file.parent.resolve()):
            raise ValueError(f"{file.name} imports {files.label(module)}, a link to elsewhere: copy the file")
