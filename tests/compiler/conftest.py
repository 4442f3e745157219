"""What the tests of the compiler share: a small catalog, and compiling text."""

from pathlib import Path

import pytest

from compiler.catalog import Catalog, load_catalog
from compiler.compile import Compiled, compile_spec
from compiler.diagnostics import Diagnostic, draw

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of tests/compiler/catalog.json: a few operators of every sort."""
    return load_catalog(HERE / "catalog.json")


class Compiler:
    """Compiles text; the header that every spec has is added."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def diagnose(self, text: str, scale: str | None = None) -> list[Diagnostic]:
        return compile_spec(self._whole(text), "spec.yaml", scale, self.catalog)[1]

    def __call__(self, text: str, scale: str | None = None, file: str = "spec.yaml") -> Compiled:
        compiled, problems = compile_spec(self._whole(text), file, scale, self.catalog)
        assert compiled is not None, draw(problems, {file: self._whole(text).decode()})
        return compiled

    def _whole(self, text: str) -> bytes:
        header = "" if "heldout: 1" in text else "heldout: 1\nstudy: a\n"
        return (header + text).encode()


@pytest.fixture(scope="session")
def compiler(catalog: Catalog) -> Compiler:
    return Compiler(catalog)
