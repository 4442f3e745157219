import math

import torch

from heldout.runtime.components.language_models._positions import alibi_bias, rotated, sinusoids, t5_buckets


def test_sinusoids_by_hand():
    # Width 4: the rates are 10000^0 and 10000^(-2/4) = 1 / 100.
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    torch.testing.assert_close(sinusoids(3, 4)[2], torch.tensor(expected))


def test_rotated_queries_and_keys_know_only_how_far_apart_they_are():
    query, key = torch.randn(2, 1, 1, 1, 8, generator=torch.Generator().manual_seed(0))
    scores = rotated(query.expand(1, 1, 6, 8)) @ rotated(key.expand(1, 1, 6, 8)).transpose(2, 3)
    for distance in range(-5, 6):
        along = scores[0, 0].diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along), atol=1e-5, rtol=1e-5)
    assert scores[0, 0, 5, 0] != scores[0, 0, 0, 0]


def test_rotated_by_hand():
    # Width 2 has the one rate 1: at place 1, (1, 0) turns by one radian.
    x = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    torch.testing.assert_close(rotated(x)[0, 0, 1], torch.tensor([math.cos(1), math.sin(1)]))


def test_alibi_by_hand():
    # Two heads: slopes 2^-4 and 2^-8; three places back.
    bias = alibi_bias(4, 2)
    assert bias[:, 3, 0].tolist() == [-3 / 16, -3 / 256]
    assert bias[:, 2, 2].tolist() == [0, 0]


def test_t5_buckets_are_those_of_transformers():
    from transformers.models.t5.modeling_t5 import T5Attention

    place = torch.arange(300)
    relative = place[None, :] - place[:, None]  # key minus query, as there
    theirs = T5Attention._relative_position_bucket(relative, bidirectional=False)
    assert torch.equal(t5_buckets(300), theirs)
