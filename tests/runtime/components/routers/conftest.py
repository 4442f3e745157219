import pytest
import torch

from heldout.runtime.components.routers.contract import Pool, Tokens
from heldout.runtime.models.low_rank import Update


@pytest.fixture
def make_pool():
    """Three members over one module with two features; what each router needs is given to it."""

    def make(gates=None, mean_inputs=None, examples=None):
        updates = {"q": Update(torch.zeros(3, 1, 2), torch.zeros(3, 1, 1))}
        named = [{} if given is None else {"q": torch.tensor(given)} for given in (gates, mean_inputs)]
        known = None if examples is None else torch.tensor(examples)
        return Pool(("reverse", "rotate", "last"), updates, *named, known)

    return make


@pytest.fixture
def make_tokens():
    def make(inputs, embeddings=((1.0, 0.0),)):
        return Tokens("q", torch.tensor(inputs), torch.tensor(embeddings))

    return make
