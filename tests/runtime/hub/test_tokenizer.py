import json

import pytest

from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.models.word_tokenizer import word_tokenizer


def test_it_neither_pads_nor_cuts_whatever_the_file_says():
    files = word_tokenizer(["a small red circle"])
    about = json.loads(files["tokenizer.json"])
    about["padding"] = {
        "strategy": {"Fixed": 2**40}, "direction": "Right", "pad_to_multiple_of": None,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>",
    }  # fmt: skip
    about["truncation"] = {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0}
    read = hub_tokenizer({"tokenizer.json": json.dumps(about).encode()})
    plain = hub_tokenizer(files)
    assert read.encode("a red circle").ids == plain.encode("a red circle").ids
    assert len(plain.encode("a red circle").ids) >= 3


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "has no tokenizer.json"),
        ({"tokenizer.json": b"{}"}, "is no tokenizer"),
        ({"tokenizer.json": b"[" * 10**6}, "is no tokenizer"),
    ],
)
def test_what_is_no_tokenizer_is_said(files, message):
    with pytest.raises(ValueError, match=message):
        hub_tokenizer(files)


def changed(**fields):
    files = word_tokenizer(["a small red circle"])
    return {"tokenizer.json": json.dumps(json.loads(files["tokenizer.json"]) | fields).encode()}


def test_replacements_do_not_fill_the_memory():
    longer = {"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 101}
    one = {"type": "Sequence", "normalizers": [longer, {"type": "Lowercase"}]}
    assert hub_tokenizer(changed(normalizer=one))
    with pytest.raises(ValueError, match="may write 10201 letters in the place of one"):
        hub_tokenizer(changed(normalizer={"type": "Sequence", "normalizers": [one, longer]}))


def test_a_panic_of_the_library_is_an_error_of_the_tokenizer():
    slow = {"type": "Split", "pattern": {"Regex": "(a|a|aa)+$"}, "behavior": "Isolated", "invert": False}
    tokenizer = hub_tokenizer(changed(pre_tokenizer=slow))
    with pytest.raises(ValueError, match="the tokenizer cannot write a text in tokens"), in_tokens():
        tokenizer.encode("a" * 40 + "b")
    with pytest.raises(KeyboardInterrupt), in_tokens():
        raise KeyboardInterrupt
