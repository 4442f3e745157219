import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain


def minibatches(data, batch_size, seed=0):
    examples = examples_by_domain(data, torch.device("cpu"))
    return DomainMinibatches(examples, batch_size, torch.Generator().manual_seed(seed))


def row_numbers(batch, data):
    return (batch.x[..., 4] * len(data)).round().long()


def test_every_domain_fills_its_row_whatever_its_size_or_the_order_of_rows(make_data):
    data = make_data(sizes=(3, 40, 11))
    shuffled = data.take(np.random.default_rng(0).permutation(len(data)))
    batch = minibatches(shuffled, 16).draw()
    assert batch.x.shape == (3, 16, 5)
    rows = row_numbers(batch, data)
    domains = data.domains[rows.numpy()]
    assert [len(set(of_domain)) for of_domain in domains] == [1, 1, 1]
    assert {of_domain[0] for of_domain in domains} == {"d0", "d1", "d2"}
    assert torch.equal(batch.y, data.labels[rows])


def test_draws_are_uniform_with_replacement(make_data):
    data = make_data(sizes=(7, 5))
    rows = row_numbers(minibatches(data, 10_000).draw(), data)
    for of_domain, numbers in zip(rows, (range(7), range(7, 12)), strict=True):
        counts = torch.bincount(of_domain, minlength=12)
        assert counts.sum() == counts[list(numbers)].sum() == 10_000
        assert chisquare(counts[list(numbers)].numpy()).pvalue > 0.01


def test_the_stream_alone_decides(make_data):
    data = make_data()
    one, same, other = (minibatches(data, 8, seed) for seed in (1, 1, 2))
    first, again = one.draw(), one.draw()
    assert torch.equal(first.x, same.draw().x)
    assert not torch.equal(first.x, again.x)
    assert not torch.equal(first.x, other.draw().x)


def test_data_without_domains_are_one_domain(make_data):
    batches = minibatches(make_data(named=False), 4)
    assert batches.num_domains == 1
    assert batches.draw().x.shape == (1, 4, 5)


def test_refuses_no_examples(make_data):
    with pytest.raises(ValueError, match="no examples to train on"):
        minibatches(make_data().take([]), 4)
