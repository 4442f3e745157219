"""Encoders of text that are small and random, in folders as their authors would share them."""

import json

import torch
from transformers import BertConfig, BertModel

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = [*SPECIAL, "good", "bad", "fine", "poor", "the", "film", "book", "was", "and", "very"]
BERT = BertConfig(
    vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
    intermediate_size=24, max_position_embeddings=12,
)  # fmt: skip


def tokenizer_json():
    """A word is a token; `[CLS]` and `[SEP]` stand around a text."""
    ends = {name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]} for name in ("[CLS]", "[SEP]")}
    first, last = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ends)
    text = {"Sequence": {"id": "A", "type_id": 0}}
    post = {
        "type": "TemplateProcessing", "single": [first, text, last], "pair": [first, text, last],
        "special_tokens": ends,
    }  # fmt: skip
    model = {"type": "WordLevel", "vocab": {w: n for n, w in enumerate(WORDS)}, "unk_token": "[UNK]"}
    about = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": post, "decoder": None, "model": model,
    }  # fmt: skip
    return json.dumps(about)


def write_encoder(folder, pooling="mean", config=BERT):
    """The folder of an encoder, with pickles and code beside it; the transformers model in it."""
    torch.manual_seed(3)
    model = BertModel(config).eval()
    model.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tokenizer_json())
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "modeling.py").write_text("raise SystemExit")
    (folder / "1_Pooling").mkdir()
    modes = {
        f"pooling_mode_{name}": name == {"mean": "mean_tokens", "first": "cls_token"}[pooling]
        for name in ("mean_tokens", "cls_token", "max_tokens")
    }
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 16} | modes))
    return model
