import importlib.metadata

import pytest

from heldout.compiler.catalog import load_catalog
from heldout.compiler.run import libraries as module
from heldout.compiler.run.libraries import with_installed


@pytest.fixture
def installed(monkeypatch):
    """Says what is installed, in place of what is: by name, None for what is not."""
    said: dict[str, str | None] = {}
    real = importlib.metadata.version

    def version(name: str) -> str:
        found = said.get(name, real(name))
        if found is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(importlib.metadata, "version", version)
    module._installed.cache_clear()
    yield said
    module._installed.cache_clear()


def test_the_catalog_is_written_with_what_images_hold():
    catalog = load_catalog()
    assert {"torch", "transformers", "numpy", "scikit-learn"} <= set(catalog.libraries)
    assert with_installed(catalog) is catalog  # constraints.txt has the same


def test_what_is_installed_counts(installed):
    installed["torch"] = "3.1.4+cu150"
    catalog = load_catalog()
    assert with_installed(catalog).libraries == catalog.libraries | {"torch": "3.1"}
    assert with_installed(catalog).digest == catalog.digest


def test_a_patch_does_not_count(installed):
    catalog = load_catalog()
    installed["torch"] = catalog.libraries["torch"] + ".99"
    assert with_installed(catalog) is catalog


def test_where_the_runtime_is_not_installed_the_catalog_counts(installed):
    installed |= {"torch": None, "numpy": "99.0"}
    catalog = load_catalog()
    assert with_installed(catalog) is catalog


def test_that_the_catalog_counts_can_be_said(installed, monkeypatch):
    installed["torch"] = "3.1.4"
    monkeypatch.setenv("HELDOUT_LIBRARIES", "shipped")
    catalog = load_catalog()
    assert with_installed(catalog) is catalog
