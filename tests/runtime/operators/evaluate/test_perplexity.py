import math

import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.models.causal_reader import causal_reader
from heldout.runtime.operators.evaluate.perplexity import perplexity, windows
from tests.fixtures.questions import with_choices
from tests.fixtures.tiny_llama import WORDS, tiny_llama

TEXTS = ["the sky is deep blue", "grass", "what is the colour of grass ? green"]


def texts():
    return Dataset(pa.table({"id": list("abc"), "text": TEXTS, "domain": ["sky", "grass", "grass"]}))


def tiny(tmp_path, hub):
    return {"model": tiny_llama(), "data": texts()}


def by_hand(text):
    """The log-probability of each token of a text, read one by one behind `<s>`."""
    network = causal_reader(tiny_llama(), "float32").network
    tokens = [1, *(WORDS.index(word) for word in text.split())]
    with torch.no_grad():
        return [
            network(torch.tensor([tokens[:n]])).logits[0, -1].double().log_softmax(-1)[tokens[n]].item()
            for n in range(1, len(tokens))
        ]


def values(table):
    return {(row["metric"], row.get("group")): row["value"] for row in table.rows.to_pylist()}


def test_of_texts_it_is_that_of_each_token_behind_those_before_it():
    found = perplexity(tiny_llama(), texts())
    said = [by_hand(text) for text in TEXTS]
    nll = -np.mean(np.concatenate(said))
    assert values(found.table)["nll", None] == pytest.approx(nll, rel=1e-5)
    assert values(found.table)["perplexity", None] == pytest.approx(math.exp(nll), rel=1e-4)
    assert values(found.table)["tokens", None] == pytest.approx((5 + 1 + 8) / 3)
    assert values(found.by_domain)["nll", "grass"] == pytest.approx(-np.mean(said[1] + said[2]), rel=1e-5)
    assert found.records.rows["tokens"].to_pylist() == [5, 1, 8]
    assert found.records.rows["nll"].to_numpy() == pytest.approx([-np.mean(one) for one in said], rel=1e-5)


def test_of_conversations_it_is_that_of_what_the_assistant_says():
    talk = [{"role": "user", "content": "sky ?"}, {"role": "assistant", "content": "deep blue"}]
    found = perplexity(tiny_llama(), Dataset(pa.table({"id": ["a"], "messages": [talk]})))
    said = by_hand("<user> sky ? <model> deep blue")
    assert found.records.rows["log_probability"].to_pylist() == pytest.approx([sum(said[-2:])], rel=1e-5)


def test_long_rows_are_scored_in_windows_each_token_once():
    assert windows(5, 1, None) == [(0, 1, 5)]
    assert windows(10, 1, 4) == [(0, 1, 5), (3, 5, 8), (6, 8, 10)]
    assert windows(10, 6, 4) == [(4, 6, 9), (7, 9, 10)]
    for window in range(2, 12):
        parts = windows(40, 1, window)
        assert [place for _, first, end in parts for place in range(first, end)] == list(range(1, 40))
        assert all(end - 1 - start <= window for start, _, end in parts)
    whole = perplexity(tiny_llama(), texts()).records.rows["log_probability"].to_numpy()
    wide = perplexity(tiny_llama(), texts(), window=9).records.rows["log_probability"].to_numpy()
    assert wide == pytest.approx(whole, rel=1e-5)
    assert perplexity(tiny_llama(), texts(), window=3).records.rows["tokens"].to_pylist() == [5, 1, 8]


def test_questions_are_for_another_operator():
    with pytest.raises(ValueError, match="evaluate/choices"):
        perplexity(tiny_llama(), with_choices())
