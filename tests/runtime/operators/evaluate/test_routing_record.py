import math

import pytest
import torch

from heldout.runtime.language.sequence_pairs import SequencePairs
from heldout.runtime.operators.evaluate._routing_record import RoutingRecord


def test_means_over_real_tokens_of_all_modules_by_hand():
    # The encoder's module sees one real token of two, the decoder's both of its two.
    pairs = SequencePairs(torch.tensor([[5, 0]]), torch.tensor([[7, 1]]))
    record = RoutingRecord(pairs, members=2)
    record.add("encoder.q", torch.tensor([[[0.5, 0.5], [0.0, 1.0]]]))
    record.add("decoder.q", torch.tensor([[[1.0, 0.0], [0.75, 0.25]]]))
    # Three tokens: (1/2, 1/2), (1, 0), (3/4, 1/4); entropies ln 2, 0, ln 4 - 3/4 ln 3.
    assert record.weights()[0].tolist() == pytest.approx([2.25 / 3, 0.75 / 3])
    expected = (math.log(2) + math.log(4) - 0.75 * math.log(3)) / 3
    assert record.entropy().tolist() == pytest.approx([expected])
