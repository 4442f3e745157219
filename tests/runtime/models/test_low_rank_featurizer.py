import torch

from heldout.runtime.components.networks.text_encoder import text_encoder
from heldout.runtime.models.low_rank_featurizer import LowRankFeaturizer
from tests.runtime.small_encoders import BERT

X = torch.tensor([[2, 4, 8, 9, 3, 0], [2, 5, 3, 0, 0, 0]])


def adapted(modules=".*"):
    torch.manual_seed(0)
    base = text_encoder((6,), config=BERT.to_dict())
    return LowRankFeaturizer(base, 2, 6.0, modules, torch.Generator().manual_seed(1))


def test_at_first_it_computes_what_the_encoder_does():
    features = adapted().eval()
    assert torch.equal(features(X), features.base(X))


def test_updates_alone_are_trained_and_twice_rank_by_width_for_a_module():
    features = adapted(r".*\.query")
    trained = [value for value in features.parameters() if value.requires_grad]
    assert sum(value.numel() for value in trained) == 2 * (2 * 16 + 16 * 2)  # of two layers, A and B


def test_merged_it_computes_the_same_and_its_weight_is_the_sum_by_hand():
    features = adapted(r".*\.0\.attention\.self\.query").eval()
    (key,) = features.ups
    with torch.no_grad():
        features.ups[key].copy_(torch.arange(32.0).view(16, 2) / 32)
        before = features.base.backbone.get_submodule(key.replace("/", ".")).weight.clone()
        expected = before + 3.0 * features.ups[key] @ features.downs[key]  # alpha / rank = 6 / 2
        computed = features(X)
        merged = features.merged()
        weight = merged.backbone.get_submodule(key.replace("/", ".")).weight
        torch.testing.assert_close(weight, expected)
        torch.testing.assert_close(merged(X), computed, atol=1e-5, rtol=1e-5)
    assert all(value.requires_grad for value in merged.parameters())
