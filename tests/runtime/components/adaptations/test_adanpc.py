import math

import pytest
import torch

from heldout.runtime.components.adaptations.adanpc import EPSILON, adanpc


@pytest.fixture
def memory(plain, labelled):
    classifier = plain([[1.0, 0.0], [0.0, 1.0]])
    source = labelled([[2.0, 0.0], [0.0, 3.0], [0.6, 0.8]], [0, 1, 1])
    return classifier, adanpc.initial_state(classifier, source)


def test_the_memory_starts_with_the_sources_directions(memory):
    _, state = memory
    torch.testing.assert_close(state["features"], torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]))
    assert state["labels"].tolist() == [0, 1, 1]


def test_two_neighbours_vote_by_hand(memory):
    classifier, state = memory
    x = torch.tensor([[5.0, 0.0]])  # similarities 1, 0 and 0.6: rows 0 and 2 vote
    step = adanpc(classifier, x, state, neighbours=2, temperature=0.5)
    share = math.exp(1 / 0.5) / (math.exp(1 / 0.5) + math.exp(0.6 / 0.5))
    expected = torch.tensor([[share + EPSILON, 1 - share + EPSILON]]).log()
    torch.testing.assert_close(step.logits, expected)
    assert step.state["labels"].tolist() == [0, 1, 1, 0]
    assert step.state["features"][-1].tolist() == [1.0, 0.0]


def test_the_memory_carries_a_class_along_a_path(plain, labelled):
    # Class 0 turns by 25 degrees at a time, from 0 to 100, away from class 1 at 170.
    def at(degrees):
        return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]

    classifier = plain([[1.0, 0.0], [0.0, 1.0]])
    start = adanpc.initial_state(classifier, labelled([at(0), at(170)], [0, 1]))
    state = start
    for degrees in (25, 50, 75, 100):
        step = adanpc(classifier, torch.tensor([at(degrees)]), state, neighbours=1)
        state = step.state
        assert step.logits.argmax() == 0
    # Without what it remembered on the way, the last one is nearer to class 1.
    assert adanpc(classifier, torch.tensor([at(100)]), start, neighbours=1).logits.argmax() == 1


def test_a_prediction_below_the_margin_is_not_remembered(memory):
    classifier, state = memory
    x = torch.tensor([[5.0, 0.0], [1.0, 0.8]])
    # Rows 0 and 2 vote on both. For (1, 0) their similarities are 1 and 0.6, a share of
    # 1 / (1 + exp(-0.4 / 0.5)) = 0.69; for (1, 0.8) / 1.28 they are 0.78 and 0.97, a share of 0.59.
    grown = adanpc(classifier, x, state, neighbours=2, temperature=0.5, margin=0.65).state
    assert grown["labels"].tolist() == [0, 1, 1, 0]
    assert grown["features"][-1].tolist() == [1.0, 0.0]


def test_a_batch_does_not_vote_for_itself(memory):
    classifier, state = memory
    x = torch.tensor([[1.0, 0.8], [1.0, 0.9]])
    together = adanpc(classifier, x, state, neighbours=1).logits
    alone = torch.cat([adanpc(classifier, row[None], state, neighbours=1).logits for row in x])
    torch.testing.assert_close(together, alone)


def test_a_memory_smaller_than_k_votes_as_a_whole(memory):
    classifier, state = memory
    logits = adanpc(classifier, torch.tensor([[1.0, 0.0]]), state, neighbours=50).logits
    assert logits.exp().sum().item() == pytest.approx(1 + 2 * EPSILON)


def test_without_source_data_it_is_refused(plain):
    with pytest.raises(ValueError, match="adanpc needs `source`"):
        adanpc.initial_state(plain([[1.0, 0.0]]), None)
