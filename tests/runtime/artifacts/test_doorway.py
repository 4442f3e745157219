"""The names that `heldout.runtime.artifacts` gives out are those of its modules, found when asked for."""

import importlib

import pytest

import heldout.runtime.artifacts as artifacts


@pytest.mark.parametrize("name", artifacts.__all__)
def test_each_name_is_that_of_its_module(name):
    module = importlib.import_module(f"{artifacts.__name__}.{artifacts.ELSEWHERE.get(name, name.lower())}")
    assert getattr(artifacts, name) is getattr(module, name)


def test_no_other_name_is_given_out():
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        artifacts.Nothing  # noqa: B018
