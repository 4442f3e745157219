"""Python, packages and the catalog."""

import importlib.metadata
import platform
import sys
from collections.abc import Iterator

from heldout.compiler.catalog import CatalogError, load_catalog
from heldout.compiler.finding import Finding, State
from heldout.compiler.words import how_to_install


def look_at_installation() -> Iterator[Finding]:
    right = sys.version_info >= (3, 11)
    version = platform.python_version()
    yield Finding("Python", "fine" if right else "wrong", version, "heldout needs Python 3.11 or newer")
    yield package("snakemake", "wrong", how_to_install())
    for name in ("torch", "transformers"):
        yield package(name, "wrong", how_to_install("runtime"))
    yield _catalog()


def package(name: str, otherwise: State, hint: str) -> Finding:
    """Whether a package of Python is installed, and which version."""
    try:
        return Finding(name, "fine", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, otherwise, "not installed", hint)


def _catalog() -> Finding:
    try:
        catalog = load_catalog()
    except CatalogError as error:
        return Finding("catalog", "wrong", str(error), "heldout catalog --update")
    return Finding("catalog", "fine", f"{len(catalog.operators)} operators, {catalog.digest[:19]}")
