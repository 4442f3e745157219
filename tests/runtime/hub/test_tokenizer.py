import json

import pytest

from heldout.runtime.hub.tokenizer import hub_tokenizer
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
