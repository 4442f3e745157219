"""A spec as a file: read and parsed once, compiled at any of its scales."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from heldout.compiler.catalog import Catalog, load_catalog
from heldout.compiler.compile import CheckedStudy, Compiled, compile_study, find_mistakes
from heldout.compiler.diagnostics import Diagnostic, Mistakes
from heldout.compiler.plan.packing import Packer, pack_by_hints
from heldout.compiler.refusal import Refusal
from heldout.compiler.run.base_files import fetch_beside
from heldout.compiler.run.libraries import with_installed
from heldout.compiler.run.operator_files import catalog_with
from heldout.compiler.syntax.including import Written, read_spec
from heldout.compiler.syntax.reader import study_at
from heldout.compiler.syntax.study import Study
from heldout.compiler.syntax.texts import Texts
from heldout.compiler.syntax.yaml_reader import MAX_BYTES


def _bytes_of(path: Path) -> bytes:
    """What a file or a pipe holds, as far as tells whether it is too large for a spec.

    A pipe that nobody writes into is empty, and not waited for.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        os.set_blocking(file.fileno(), True)
        return file.read(MAX_BYTES + 1)


@dataclass(frozen=True)
class Source:
    """The bytes of a spec, and where they are from; the bases that it includes are read with it."""

    path: Path
    data: bytes

    @classmethod
    def read(cls, path: Path) -> "Source":
        """Read a spec.

        Raises:
            Refusal: there is no such file, or it cannot be read.
        """
        try:
            return cls(path, _bytes_of(path))
        except FileNotFoundError:
            raise Refusal(f"there is no file {path}", _other_specs(path.parent)) from None
        except IsADirectoryError:
            raise Refusal(f"{path} is a folder", _other_specs(path)) from None
        except OSError as error:
            raise Refusal(f"{path} cannot be read: {error.strerror}") from error

    @property
    def file(self) -> str:
        """As diagnostics name it."""
        return self.path.as_posix()

    @property
    def texts(self) -> Texts:
        """Its own, and those of the bases that it includes."""
        return self._written.texts

    @property
    def scales(self) -> tuple[str, ...]:
        """The scales that the spec declares; none where it cannot be read."""
        study, _ = self._read(None)
        return study.scales if study is not None else ()

    def study(self, scale: str | None) -> Study:
        """The study at a scale, None: as it stands.

        Raises:
            Mistakes: of syntax.
        """
        study, found = self._read(scale)
        if study is None or found:
            raise self.mistakes(found)
        return study

    def _read(self, scale: str | None) -> tuple[Study | None, list[Diagnostic]]:
        """The study at a scale with its mistakes of syntax, read once."""
        if scale not in self._studies:
            root = self._written.root
            found = list(self._written.problems)
            self._studies[scale] = (None, found) if root is None else study_at(root, self.file, scale)
        return self._studies[scale]

    def compile(self, scale: str | None, packer: Packer = pack_by_hints) -> Compiled:
        """Compile the study at a scale, with the operators that are shipped and its own.

        Raises:
            Mistakes: the spec has some, or the operator files that it names.
            CatalogError: there is no catalog to compile against.
        """
        study = self.study(scale)
        compiled, found = compile_study(study, self.texts, self._catalog(study), packer)
        if compiled is None:
            raise self.mistakes(found, scale)
        return compiled

    def check(self, scale: str | None, most_cells: int) -> CheckedStudy:
        """Look for the mistakes of the study at a scale.

        Args:
            scale: None: as it stands.
            most_cells: a study of more is not laid out.

        Raises:
            Mistakes, CatalogError: as `compile`.
        """
        study = self.study(scale)
        checked, found = find_mistakes(study, self._catalog(study), most_cells)
        if checked is None:
            raise self.mistakes(found, scale)
        return checked

    def _catalog(self, study: Study) -> Catalog:
        """What is shipped, with the study's own operators."""
        if not study.operators:
            return self._shipped
        catalog, found = catalog_with(self._shipped, study.operators, self.path)
        if found:
            raise self.mistakes(found)
        return with_installed(catalog)

    @cached_property
    def _studies(self) -> dict[str | None, tuple[Study | None, list[Diagnostic]]]:
        return {}

    @cached_property
    def _written(self) -> Written:
        return read_spec(self.data, self.file, fetch_beside(self.path))

    @cached_property
    def _shipped(self) -> Catalog:
        return with_installed(load_catalog())

    def mistakes(self, found: Sequence[Diagnostic], scale: str | None = None) -> Mistakes:
        """Mistakes of this spec, or of its bases, at a scale."""
        return Mistakes(found, self.file, self.texts.decoded, scale)


def _other_specs(folder: Path) -> str:
    """A hint that names the specs of a folder."""
    known = sorted(path.as_posix() for path in folder.glob("*.y*ml"))[:6] if folder.is_dir() else []
    return f"there is {', '.join(known)}" if known else "`heldout new my-study.yaml` writes a first one"
