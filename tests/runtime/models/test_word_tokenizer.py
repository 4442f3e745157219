import json

from transformers import AutoTokenizer

from heldout.runtime.models.word_tokenizer import word_tokenizer


def test_transformers_opens_it_and_each_word_has_one_token(tmp_path):
    for name, content in word_tokenizer(["a Red star.", "a blue star"]).items():
        (tmp_path / name).write_bytes(content)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    # In alphabetical order after the four special ones: ".", "a", "blue", "red", "star".
    assert tokenizer("a red star.").input_ids == [2, 5, 7, 8, 4, 3]
    assert tokenizer.pad_token_id == 0
    assert tokenizer("green").input_ids == [2, 1, 3]


def test_the_files_depend_on_the_words_and_not_on_their_order():
    assert word_tokenizer(["a star", "b"]) == word_tokenizer(["b", "star a a"])
    vocabulary = json.loads(word_tokenizer(["b a"])["tokenizer.json"])["model"]["vocab"]
    assert vocabulary == {"<pad>": 0, "<unk>": 1, "<start>": 2, "<end>": 3, "a": 4, "b": 5}
