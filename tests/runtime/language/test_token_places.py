import pytest
import torch

from heldout.runtime.language.sequence_pairs import SequencePairs
from heldout.runtime.language.token_places import reads_targets, real_tokens


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("encoder.block.0.layer.0.SelfAttention.q", False),
        ("decoder.block.0.layer.0.SelfAttention.k", True),
        ("decoder.block.1.layer.1.EncDecAttention.q", True),
        ("decoder.block.1.layer.1.EncDecAttention.k", False),
        ("decoder.block.1.layer.1.EncDecAttention.v", False),
        ("decoder.block.1.layer.1.EncDecAttention.o", True),
        ("model.decoder.layers.0.encoder_attn.v_proj", False),
        ("model.decoder.layers.0.fc1", True),
    ],
)
def test_whose_tokens_a_module_computes_on(name, expected):
    assert reads_targets(name) is expected


def test_padding_is_no_real_token():
    pairs = SequencePairs(torch.tensor([[5, 6, 0]]), torch.tensor([[7, 1]]))
    assert real_tokens("encoder.q", pairs).tolist() == [[True, True, False]]
    assert real_tokens("decoder.q", pairs).tolist() == [[True, True]]
