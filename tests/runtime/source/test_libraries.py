import importlib.metadata

import pytest

from heldout.runtime.source.libraries import installed_release, libraries_of, release


def test_a_module_belongs_to_the_distribution_that_brings_it():
    assert libraries_of(["sklearn", "torch", "no_such_module"]) == ["scikit-learn", "torch"]


@pytest.mark.parametrize(
    ("version", "counts"),
    [("2.13.0+cpu", "2.13"), ("2.13.1", "2.13"), ("0.23.3rc1", "0.23"), ("20260101", "20260101")],
)
def test_major_and_minor_count(version, counts):
    assert release(version) == counts


def test_what_is_installed_is_said():
    assert importlib.metadata.version("numpy").startswith(installed_release("numpy") + ".")
    assert installed_release("no-such-library") is None
