import pytest
import torch

from heldout.runtime.asking.decoding import ChooseByRow, Sampling, first_stop

LOGITS = torch.tensor([[0.1, 0.2, 0.3, 0.4]] * 2).log()


def test_the_token_is_the_first_whose_cumulative_probability_passes_the_draw():
    choose = ChooseByRow(Sampling(1.0, None, None, 0), ["a", "b"], 2)
    choose._uniform = torch.tensor([[0.05, 0.1], [0.59, 1 - 2**-53]], dtype=torch.float64)
    first = choose(torch.zeros(2, 1, dtype=torch.int64), LOGITS)
    second = choose(torch.zeros(2, 1, dtype=torch.int64), LOGITS)
    # Cumulative: 0.1, 0.3, 0.6, 1.0.
    assert first.argmax(-1).tolist() == [0, 2]
    assert second.argmax(-1).tolist() == [1, 3]
    expected = torch.tensor([[0.1, 0.2], [0.3, 0.4]]).double().log()
    torch.testing.assert_close(torch.stack(choose.log_probabilities, 1), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("top_k", "top_p", "possible"), [(2, None, {2, 3}), (None, 0.65, {2, 3}), (None, 0.3, {3})]
)
def test_only_the_likeliest_are_drawn(top_k, top_p, possible):
    names = [f"row {n}" for n in range(200)]
    choose = ChooseByRow(Sampling(1.0, top_k, top_p, 0), names, 1)
    chosen = choose(torch.zeros(200, 1, dtype=torch.int64), LOGITS[:1].expand(200, -1)).argmax(-1)
    assert set(chosen.tolist()) == possible


def test_a_row_draws_by_its_name_wherever_it_stands():
    one, other = (
        ChooseByRow(Sampling(1.0, None, None, 7), names, 5)._uniform for names in (["a", "b"], ["b"])
    )
    assert torch.equal(one[1], other[0])
    assert not torch.equal(one[0], one[1])


def test_the_first_stop_counts():
    assert first_stop("one. two\nthree", ["\n", "."]) == 3
    assert first_stop("one", ["."]) is None
    assert first_stop("one", []) is None
