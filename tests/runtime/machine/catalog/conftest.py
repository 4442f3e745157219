"""Packages `heldout.runtime` of a few lines, written into a folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from heldout.runtime.machine.catalog.digest import Digest, Digests


class Package:
    """A package `heldout.runtime` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "heldout"
        self.runtime = self.root / "runtime"
        self.runtime.mkdir(parents=True)
        for path in (self.root / "__init__.py", self.runtime / "__init__.py", self.runtime / "operator.py"):
            path.touch()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of `heldout.runtime`."""
        for name, text in files.items():
            path = self.runtime / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands in a file once."""
        text = (self.runtime / file).read_text()
        assert text.count(old) == 1
        (self.runtime / file).write_text(text.replace(old, new))

    def digest(self, file: str = "op.py", name: str = "op") -> Digest:
        """Of a function in a file."""
        return Digests(self.root).at(self.runtime / file, name)

    def text(self, file: str = "op.py", name: str = "op") -> str:
        return self.digest(file, name).text


@pytest.fixture
def new_package(tmp_path) -> Callable[[Mapping[str, str]], Package]:
    """Make a package of some files, each time in a folder of its own."""
    made = []

    def make(files: Mapping[str, str]) -> Package:
        package = Package(tmp_path / f"package-{len(made)}")
        package.write(files)
        made.append(package)
        return package

    return make


@pytest.fixture
def text_of(new_package) -> Callable[..., str]:
    """The digest of `op` in a package whose file `op.py` has this text, and other files beside it."""

    def make(code: str, files: Mapping[str, str] | None = None) -> str:
        return new_package({"op.py": code, **(files or {})}).text()

    return make
