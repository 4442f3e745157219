import pytest

from heldout.runtime.operators.adapters.merge import merge
from tests.fixtures.tiny_llama import tiny_llama
from tests.runtime.models.test_tuned import tuned


def tiny(tmp_path, hub):
    return {"model": tuned()[0]}


def test_what_is_not_tuned_has_nothing_to_merge():
    with pytest.raises(ValueError, match="nothing to merge"):
        merge(tiny_llama())
