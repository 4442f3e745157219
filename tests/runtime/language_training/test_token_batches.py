import numpy as np
import pytest
import torch

from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.asking.learnt_tokens import TokenRows
from heldout.runtime.language_training.token_batches import Batching, RowBatches, laid

ROWS = TokenRows(
    Sequences.of([[5, 6], [7, 8, 9], [4]]),
    Sequences.of([[False, True], [False, True, True], [False]], torch.bool),
    np.arange(3),
)


def test_rows_side_by_side_or_in_one():
    side = laid(ROWS, np.array([0, 1]), False, torch.device("cpu"))
    assert side.tokens.tolist() == [[5, 6, 0], [7, 8, 9]]
    assert side.learnt.tolist() == [[False, True, False], [False, True, True]]
    assert side.places is None
    one = laid(ROWS, np.array([1, 0]), True, torch.device("cpu"))
    assert one.tokens.tolist() == [[7, 8, 9, 5, 6]]
    assert one.learnt.tolist() == [[False, True, True, False, True]]
    assert one.places is not None
    assert one.places.tolist() == [[0, 1, 2, 0, 1]]


def test_an_epoch_has_every_row_once_and_a_step_says_which_batch():
    lengths = np.full(10, 4)
    batches = RowBatches(lengths, 5, None, seed=3)
    epochs = [np.concatenate([batches.at(step) for step in (n, n + 1)]) for n in (0, 2)]
    assert [sorted(one) for one in epochs] == [list(range(10))] * 2
    assert not np.array_equal(*epochs)
    assert np.array_equal(RowBatches(lengths, 5, None, seed=3).at(3), batches.at(3))  # as a resumed run asks
    assert np.array_equal(batches.at(0), epochs[0][:5])  # and back


def test_batches_by_tokens_are_full_and_not_overfull():
    lengths = np.random.default_rng(0).integers(1, 30, 200)
    batches = RowBatches(lengths, 1, 64, seed=0)
    seen, step = [], 0
    while len(seen) < 200:
        rows = batches.at(step)
        assert lengths[rows].sum() <= 64
        following = batches.at(step + 1)
        if len(seen) + len(rows) < 200:
            assert lengths[rows].sum() + lengths[following[0]] > 64
        seen += rows.tolist()
        step += 1
    assert sorted(seen) == list(range(200))
    with pytest.raises(ValueError, match="a row has 29 tokens and a batch 20 at most"):
        RowBatches(lengths, 1, 20, seed=0)


def test_rows_drawn_with_replacement_are_of_the_step_too():
    drawn = Batching(batch_size=7, replacement=True).rows(np.full(3, 4), seed=5)
    steps = [drawn.at(step) for step in range(6)]
    assert all(len(rows) == 7 and set(rows) <= {0, 1, 2} for rows in steps)
    assert len({tuple(rows) for rows in steps}) > 1
    again = Batching(batch_size=7, replacement=True).rows(np.full(3, 4), seed=5)
    assert np.array_equal(again.at(4), steps[4])  # as a resumed run asks
    assert np.array_equal(again.at(4), steps[4])
    assert np.array_equal(again.at(1), steps[1])  # and back
    with pytest.raises(ValueError, match="leave out `replacement`"):
        Batching(batch_tokens=8, replacement=True).rows(np.full(3, 4), seed=5)
