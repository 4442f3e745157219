import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.models.language_model import build_language_model, language_model_artifact
from heldout.runtime.operators.evaluate.exact_match import _scores, exact_match

NETWORK = {"decoder": {"width": 16, "depth": 1, "heads": 2, "positions": "rotary"}}


def model(seed=0):
    return language_model_artifact(build_language_model(NETWORK, 8, seed), NETWORK, 8)


def sequences(count=40, seed=0):
    """Questions of 2 tokens and answers of 1 to 4."""
    g = torch.Generator().manual_seed(seed)
    tokens = torch.randint(3, 8, (count, 6), generator=g)
    length = torch.randint(1, 5, (count,), generator=g)
    place = torch.arange(6)
    tokens[place[None] >= 2 + length[:, None]] = 0
    answer = (place[None] >= 2) & (tokens != 0)
    rows = pa.table({"id": [str(i) for i in range(count)], "length": length.numpy(), "text": ["t"] * count})
    return Dataset(rows, {"tokens": tokens, "answer": answer}, (), {"vocabulary": [str(i) for i in range(8)]})


def tiny(tmp_path, hub):
    return {"model": model(), "data": sequences()}


class Says(torch.nn.Module):
    """Names these tokens as the likeliest, with probability 1/2 each; the others share the rest."""

    def __init__(self, tokens):
        super().__init__()
        self.tokens = torch.tensor(tokens)

    def forward(self, tokens):
        chosen = torch.nn.functional.one_hot(self.tokens, 5).double()
        return (chosen * 0.5 + (1 - chosen) * 0.125).log()


def test_scores_by_hand():
    # Answers: 3 4 at places 2 and 3, then 3 at place 2 alone, then 3 4 with the second missed.
    tokens = torch.tensor([[1, 2, 3, 4], [1, 2, 3, 0], [1, 2, 3, 4]])
    answer = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 0], [0, 0, 1, 1]]).bool()
    scores = _scores(Says([[2, 3, 4], [4, 3, 4], [2, 3, 3]]), tokens, answer)
    half, eighth = torch.tensor([0.5, 0.125]).double().log().neg()
    assert scores[:, 0].tolist() == [1, 1, 0]
    assert scores[:, 1].tolist() == [1, 1, 0.5]
    torch.testing.assert_close(scores[:, 2], torch.stack((half, half, (half + eighth) / 2)))
    assert scores[:, 3].tolist() == [-1, -1, 1]


def test_exact_is_what_greedy_decoding_writes():
    # Answers are the model's own words, then one word of every other answer is changed.
    given, start = sequences(), model()
    module = build_language_model(NETWORK, 8, 0).eval()
    tokens, answer = given.tensors["tokens"].clone(), given.tensors["answer"]
    for row in range(len(given)):
        for place in torch.nonzero(answer[row])[:, 0].tolist():
            tokens[row, place] = module(tokens[row : row + 1, :place])[0, -1, 1:].argmax() + 1
        if row % 2:
            place = 2 + row % int(answer[row].sum())
            tokens[row, place] = tokens[row, place] % 7 + 1
    written = []
    for row in range(len(given)):
        said = tokens[row, :2][None]
        for _ in range(int(answer[row].sum())):
            said = torch.cat((said, module(said)[:, -1:].argmax(-1)), dim=1)
        written.append(int(torch.equal(said[0, 2:], tokens[row][answer[row]])))
    data = Dataset(given.rows, {"tokens": tokens, "answer": answer}, (), given.notes)
    scored = exact_match(start, data, batch_size=7)
    assert scored.records.rows["exact"].to_pylist() == written
    assert 0 < sum(written) < len(written)


def test_means_and_lengths_follow_from_the_records():
    scored = exact_match(model(), sequences(), batch_size=16)
    rows = scored.records.rows
    assert "text" not in rows.column_names
    assert rows["id"].to_pylist() == [str(i) for i in range(40)]
    nll, length = rows["nll"].to_numpy(), rows["length"].to_numpy()
    assert scored.table.scalar("nll") == pytest.approx(nll.mean())
    by_length = {(r["group"], r["metric"]): r["value"] for r in scored.by_length.rows.to_pylist()}
    assert set(by_length) == {(g, m) for g in "1234" for m in ("accuracy", "token_accuracy", "nll")}
    assert by_length["3", "nll"] == pytest.approx(nll[length == 3].mean())


def test_batches_do_not_change_the_scores():
    one, many = (exact_match(model(), sequences(), batch_size=size).records.rows for size in (1, 40))
    assert one["exact"].equals(many["exact"])
    assert one["nll"].to_numpy() == pytest.approx(many["nll"].to_numpy(), abs=1e-5)


def test_without_the_column_nothing_is_told_apart():
    assert exact_match(model(), sequences(), group="difficulty").by_length.rows.num_rows == 0


def test_refuses_no_sequences():
    with pytest.raises(ValueError, match="no sequences to evaluate on"):
        exact_match(model(), sequences().take([]))
