import json
from dataclasses import replace

import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.operators.data.text.encoded_text import encoded_text
from tests.runtime.small_encoders import WORDS, tokenizer_json

ENCODER = Model(
    {}, {}, {"config.json": b'{"model_type": "bert"}', "tokenizer.json": tokenizer_json().encode()}
)
DATA = Dataset(
    pa.table({"id": ["a", "b", "c"], "text": ["the film", "", "very very very good"], "label": [0, 1, 1]}),
    classes=("no", "yes"),
)


def tiny(tmp_path, hub):
    return {"data": DATA, "encoder": ENCODER}


def test_texts_have_their_ends_and_lose_what_is_too_long():
    found = encoded_text(DATA, ENCODER, max_tokens=5)
    words = [[WORDS[token] for token in row] for row in found.x.tolist()]
    assert words == [
        ["[CLS]", "the", "film", "[SEP]", "[PAD]"],
        ["[CLS]", "[SEP]", "[PAD]", "[PAD]", "[PAD]"],
        ["[CLS]", "very", "very", "very", "[SEP]"],
    ]
    assert found.rows["tokens"].to_pylist() == [4, 2, 5]


def test_rows_keep_what_they_knew_and_go_on_without_their_labels():
    found = encoded_text(DATA, ENCODER)
    assert found.rows.drop_columns(["tokens"]) == DATA.rows
    assert found.classes == DATA.classes
    again = encoded_text(found, ENCODER)
    assert (again.x == found.x).all() and again.rows == found.rows
    assert "label" not in found.without_labels().rows.column_names


def test_the_padding_is_the_models():
    config = json.dumps({"model_type": "roberta", "pad_token_id": 1}).encode()
    found = encoded_text(DATA, replace(ENCODER, files={**ENCODER.files, "config.json": config}), max_tokens=4)
    assert found.x[1].tolist() == [2, 3, 1, 1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"tokenizer.json": None}, "the model has no tokenizer.json"),
        ({"tokenizer.json": b"{}"}, "tokenizer.json is no tokenizer"),
        ({"config.json": None}, "it has no config.json"),
        ({"config.json": b"[]"}, "config.json holds no JSON object"),
        ({"config.json": b'{"model_type": "gpt2"}'}, "'gpt2' names no `pad_token_id`"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(files, message):
    there = {name: content for name, content in {**ENCODER.files, **files}.items() if content is not None}
    with pytest.raises(ValueError, match=message):
        encoded_text(DATA, replace(ENCODER, files=there))


def test_rows_without_text_are_refused():
    with pytest.raises(ValueError, match="no column 'text'; there are id, label"):
        encoded_text(replace(DATA, rows=DATA.rows.drop_columns(["text"])), ENCODER)
