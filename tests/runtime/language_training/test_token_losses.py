import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.asking.learnt_tokens import TokenRows
from heldout.runtime.language_training.token_batches import laid
from heldout.runtime.language_training.token_losses import learnt_loss
from heldout.runtime.models.hub_language_model import HubLanguageModel
from heldout.runtime.models.language_model import build_language_model

CPU = torch.device("cpu")
SIZES = {"vocab_size": 50, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
LLAMA = SIZES | {
    "model_type": "llama", "num_attention_heads": 4, "num_key_value_heads": 2, "initializer_range": 0.5
}  # fmt: skip
GPT2 = {
    "model_type": "gpt2",
    "vocab_size": 50,
    "n_embd": 16,
    "n_layer": 2,
    "n_head": 2,
    "initializer_range": 0.5,
}
GEMMA_2 = LLAMA | {"model_type": "gemma2", "head_dim": 4, "final_logit_softcapping": 1.0}
SLIDING = LLAMA | {"model_type": "mistral", "sliding_window": 3}
BLOOM = {
    "model_type": "bloom",
    "vocab_size": 50,
    "hidden_size": 16,
    "n_layer": 2,
    "n_head": 2,
    "initializer_range": 0.5,
}


def network(config, seed=0):
    module = build_language_model({"hub-causal": {"config": config}}, 50, seed)
    assert isinstance(module, HubLanguageModel)
    return module.eval()


def rows(*lengths, learnt=2, seed=0):
    """Rows of these lengths, of which the last tokens are learnt."""
    random = np.random.default_rng(seed)
    tokens = Sequences.of([torch.from_numpy(random.integers(1, 50, n)) for n in lengths])
    marks = Sequences.of([torch.arange(n) >= n - learnt for n in lengths], torch.bool)
    return TokenRows(tokens, marks, np.arange(len(lengths)))


def by_hand(module, some):
    """The mean, each row by itself, each token by itself."""
    found = []
    for number in range(len(some)):
        tokens, learnt = some.row(number)
        said = module(torch.from_numpy(tokens).long()[None])[0].double().log_softmax(-1)
        found += [-said[at - 1, tokens[at]].item() for at in np.flatnonzero(learnt)]
    return np.mean(found)


@pytest.mark.parametrize(
    "config", [LLAMA, GPT2, GEMMA_2, SLIDING], ids=["llama", "gpt2", "gemma2", "sliding"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_packed_and_padded_rows_have_the_losses_that_they_have_alone(config, packed):
    module, some = network(config), rows(3, 7, 5, 2, learnt=1)
    assert module.tells_packed_rows_apart()
    batch = laid(some, np.array([2, 0, 1, 3]), packed, CPU)
    loss = learnt_loss(module, batch, module.plain_head(), most=100)  # two places at a time
    assert loss.item() == pytest.approx(by_hand(module, some), rel=1e-5)


def test_a_network_that_mixes_packed_rows_is_known():
    assert not network(BLOOM).tells_packed_rows_apart()


def test_capped_logits_are_no_plain_head():
    assert network(LLAMA).plain_head() is not None
    assert network(GEMMA_2).plain_head() is None


class Largest(TorchDispatchMode):
    """The most elements of a tensor as wide as the vocabulary that anything makes."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary, self.found = vocabulary, 0

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        out = function(*arguments, **(named or {}))
        for one in out if isinstance(out, tuple | list) else [out]:
            if isinstance(one, torch.Tensor) and one.dim() and one.shape[-1] == self.vocabulary:
                assert one.dtype != torch.float64
                self.found = max(self.found, one.numel())
        return out


def test_logits_exist_so_many_at_a_time_and_where_something_is_learnt():
    module = build_language_model({"hub-causal": {"config": LLAMA | {"vocab_size": 4001}}}, 4001, 0)
    some = rows(200, 200, 200, learnt=100)
    batch = laid(some, np.arange(3), True, CPU)
    head = module.plain_head()
    with Largest(4001) as seen:
        learnt_loss(module, batch, head, most=16 * 4001).backward()
    # 300 places of 600 are learnt; 16 at a time have logits, there and back.
    assert seen.found == 16 * 4001
    with Largest(4001) as seen:
        learnt_loss(module, batch, None).backward()
    assert seen.found == 599 * 4001  # the last is not read


def test_gradients_are_those_of_the_whole():
    module, some = network(LLAMA), rows(6, 9, learnt=4)
    batch = laid(some, np.arange(2), True, CPU)
    learnt_loss(module, batch, module.plain_head(), most=150).backward()
    found = {name: value.grad.clone() for name, value in module.named_parameters()}
    module.zero_grad()
    learnt_loss(module, batch, None).backward()
    for name, value in module.named_parameters():
        torch.testing.assert_close(found[name], value.grad, rtol=1e-4, atol=1e-5)
