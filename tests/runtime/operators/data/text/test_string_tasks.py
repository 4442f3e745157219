import pytest
import torch

from heldout.runtime.operators.data.text.string_tasks import string_tasks

SIZES = {"longest": 3, "longest_test": 6, "train_rows": 30, "select_rows": 9, "test_rows": 10}


def tiny(tmp_path, hub):
    return {"task": "reverse", **SIZES}


def test_parts_have_their_lengths_in_turns():
    split = string_tasks(task="copy", **SIZES)
    lengths = [part.rows["length"].to_pylist() for part in split]
    assert lengths[0] == [1, 2, 3] * 10
    assert lengths[1] == [1, 2, 3] * 3
    assert lengths[2] == [4, 5, 6] * 3 + [4]
    assert len({name for part in split for name in part.rows["id"].to_pylist()}) == 49


def test_tokens_say_what_the_text_says():
    data = string_tasks(task={"reverse": {"symbols": 4}}, **SIZES).train
    words = data.notes["vocabulary"]
    assert words == ["<pad>", "<start>", "<answer>", "<end>", "a", "b", "c", "d"]
    for tokens, answer, text in zip(
        data.tensors["tokens"], data.tensors["answer"], data.rows["text"].to_pylist(), strict=True
    ):
        question, said = (part.split() for part in text.split(" = "))
        spelt = [words[token] for token in tokens if token]
        assert spelt == ["<start>", *question, "<answer>", *said, "<end>"]
        assert [words[token] for token in tokens[answer]] == [*said, "<end>"]
        assert said == question[::-1]


def test_padding_is_on_the_right():
    tokens = string_tasks(task="copy", **SIZES).train.tensors["tokens"]
    assert tokens.shape == (30, 9)  # <start>, 3 letters, <answer>, 3 letters, <end>
    padded = tokens == 0
    assert torch.equal(padded, padded.cummax(1).values)
    assert padded.sum(1).tolist() == [4, 2, 0] * 10


def test_lengths_that_a_task_does_not_have_are_passed_over():
    # No command of SCAN asks for 29 actions.
    sizes = SIZES | {"shortest": 28, "longest": 30, "longest_test": 32}
    lengths = string_tasks(task="scan", **sizes).train.rows["length"].unique().to_pylist()
    assert 28 in lengths
    assert 29 not in lengths


def test_seeds_decide_the_questions():
    one, same, other = (string_tasks(task="sort", seed=seed, **SIZES).train for seed in (0, 0, 1))
    assert one.rows.equals(same.rows)
    assert not one.rows["text"].equals(other.rows["text"])


def test_refuses_lengths_in_no_order_or_that_no_question_has():
    with pytest.raises(ValueError, match="lengths must rise: shortest 1, longest 6, test 6"):
        string_tasks(task="copy", **SIZES | {"longest": 6})
    with pytest.raises(ValueError, match="no length from 49 to 60"):
        string_tasks(task="scan", **SIZES | {"longest": 48, "longest_test": 60})
