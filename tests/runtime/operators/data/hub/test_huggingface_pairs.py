import gzip
import json

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from heldout.runtime.artifacts import Model
from heldout.runtime.operators.data.hub.huggingface_pairs import huggingface_pairs

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WORDS = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "a", "cat", "dog", "sits"]


def tokenizer(pair="[CLS] $A [SEP] $B [SEP]", words=WORDS):
    made = Tokenizer(WordLevel({word: token for token, word in enumerate(words)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair=pair, special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return Model({}, {}, {"tokenizer.json": made.to_str().encode()})


def published(hub):
    """Lines of JSON, compressed, a file a split, as the STS benchmark lies on the hub."""
    rows = [
        {"sentence1": "a cat sits", "sentence2": "a dog sits", "score": 2.5},
        {"sentence1": "a cat", "sentence2": "cat", "score": 4},
    ]
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    files = {f"{split}.jsonl.gz": gzip.compress(lines, mtime=0) for split in ("train", "test")}
    hub("dataset", "lab/pairs", COMMIT, files)
    return {"repository": "lab/pairs", "revision": COMMIT, "files": {"*.jsonl.gz"}}


def tiny(tmp_path, hub):
    return {"tokenizer": tokenizer(), **published(hub)}


def test_sentences_are_tokens_without_special_ones(hub):
    test = huggingface_pairs(tokenizer(), **published(hub)).test
    assert test.tensors["tokens_a"].tolist() == [[5, 6, 8], [5, 6, 0]]
    assert test.tensors["tokens_b"].tolist() == [[5, 7, 8], [6, 0, 0]]
    assert test.rows["label"].to_pylist() == [2.5, 4.0]
    special = {"padding": 0, "first": 1, "separator": 2, "mask": 3, "separators": 1}
    assert test.notes == {"vocabulary": WORDS, "special_tokens": special}


def test_training_pairs_have_no_labels(hub):
    train = huggingface_pairs(tokenizer(), **published(hub)).train
    assert train.rows.column_names == ["id", "text_a", "text_b"]
    assert train.rows["id"].to_pylist() == ["train-0000000", "train-0000001"]


def test_two_separators_where_the_tokenizer_sets_two(hub):
    roberta = tokenizer(pair="[CLS] $A [SEP] [SEP] $B [SEP]")
    special = huggingface_pairs(roberta, **published(hub)).test.notes["special_tokens"]
    assert special["separators"] == 2


def test_long_sentences_lose_their_end(hub):
    test = huggingface_pairs(tokenizer(), **published(hub), max_tokens=2).test
    assert test.tensors["tokens_a"].tolist() == [[5, 6], [5, 6]]


def test_what_is_not_there_is_named(hub):
    pairs = published(hub)
    with pytest.raises(ValueError, match=r"no tokenizer\.json"):
        huggingface_pairs(Model({}, {}), **pairs)
    with pytest.raises(ValueError, match="no column 'grade'"):
        huggingface_pairs(tokenizer(), **pairs, label="grade")
    with pytest.raises(ValueError, match="no mask token"):
        huggingface_pairs(tokenizer(words=[w if w != "[MASK]" else "x" for w in WORDS]), **pairs)
