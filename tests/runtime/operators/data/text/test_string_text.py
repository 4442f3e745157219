import torch

from heldout.runtime.language.string_language import VOCABULARY
from heldout.runtime.operators.data.text.string_text import string_text


def test_rows_are_named_words():
    data = string_text(rows=50, words_per_row=2, letters_per_word=3)
    assert data.tensors["tokens"].shape == (50, 8)
    assert data.notes["vocabulary"] == list(VOCABULARY)
    names = {VOCABULARY[t] for t in data.tensors["tokens"][:, [0, 4]].flatten().tolist()}
    assert names <= {token for token in VOCABULARY if token.startswith("<")} - set(VOCABULARY[:3])
    assert len(names) > 4
    name, word = data.rows["text"][0].as_py().split()[:2]
    assert [VOCABULARY[t] for t in data.tensors["tokens"][0, :4]] == [name, *word]


def test_the_seed_draws_the_rows():
    one, same, other = (string_text(rows=20, seed=seed).tensors["tokens"] for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
