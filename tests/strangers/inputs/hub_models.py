# ruff: noqa: E501 — an input a line
"""Models and tokenizers of the hub, as a stranger might have pushed them."""

import hashlib
import json
import pickle
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.strangers.inputs.hubs import add
from tests.strangers.judging import Arguments, Case, Right, refused

HEADER = {"weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}


def safetensors(header: Any, content: bytes = bytes(8), size: int | None = None) -> bytes:
    about = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(about) if size is None else size) + about + content


def models() -> Iterator[Case]:
    """Models of the hub, for `fetch/model`."""
    config = json.dumps({"model_type": "bert"}).encode()
    good = safetensors(HEADER)

    def model(files: dict[str, bytes]) -> Callable[[Path], Arguments]:
        return lambda folder: add(folder, "model", "lab/net", {"config.json": config} | files)

    def entry(**changed: Any) -> bytes:
        return safetensors({"weight": HEADER["weight"] | changed})

    both = {
        "model-00001-of-00002.safetensors": good,
        "model-00002-of-00002.safetensors": safetensors({"bias": HEADER["weight"]}),
    }

    def index(**weights: str) -> dict[str, bytes]:
        return {"model.safetensors.index.json": json.dumps({"metadata": {}, "weight_map": weights}).encode()}

    whole = {"weight": "model-00001-of-00002.safetensors", "bias": "model-00002-of-00002.safetensors"}
    listed = [
        ("model", {"model.safetensors": good}, Right()),
        ("two shards", both | index(**whole), Right()),
        ("a shard is missing", {"model-00001-of-00002.safetensors": good} | index(**whole), refused("model-00002-of-00002")),
        ("a shard outside", both | index(weight="../../../../../x.safetensors"), refused("safetensors")),
        ("a shard of the system", both | index(weight="/etc/passwd"), refused("passwd|safetensors")),
        ("an index of nothing", both | {"model.safetensors.index.json": b"7"}, refused("index")),
        ("an index without shards", index(), refused("index|safetensors")),
        ("weights in two shards", dict.fromkeys(both, good) | index(weight=next(iter(both))), refused("weight"), Right()),
        ("pickles", {"pytorch_model.bin": pickle.dumps(7)}, refused("lab/net", "safetensors")),
        ("code", {"model.safetensors": good, "modeling.py": b"1/0"}, Right()),
        ("a header of 2^63", {"model.safetensors": safetensors(HEADER, size=2**63)}, refused("model.safetensors")),
        ("a header of 1 TB", {"model.safetensors": safetensors(HEADER, size=10**12)}, refused("model.safetensors")),
        ("a header of nothing", {"model.safetensors": safetensors(b"")}, refused("model.safetensors")),
        ("a header of a list", {"model.safetensors": safetensors([])}, refused("model.safetensors")),
        ("a deep header", {"model.safetensors": safetensors(b"[" * 100_000)}, refused("model.safetensors")),
        ("overlapping weights", {"model.safetensors": safetensors(HEADER | {"bias": HEADER["weight"]})}, refused("model.safetensors")),
        ("names twice", {"model.safetensors": safetensors(b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')}, refused("model.safetensors"), Right()),
        ("offsets beyond", {"model.safetensors": entry(data_offsets=[0, 10**15], shape=[25 * 10**13])}, refused("model.safetensors")),
        ("offsets turned", {"model.safetensors": entry(data_offsets=[8, 0])}, refused("model.safetensors")),
        ("a shape of less than nothing", {"model.safetensors": entry(shape=[-2])}, refused("model.safetensors")),
        ("a shape that overflows", {"model.safetensors": entry(shape=[2**32, 2**32])}, refused("model.safetensors")),
        ("a type that is none", {"model.safetensors": entry(dtype="F128")}, refused("model.safetensors")),
        ("an empty file", {"model.safetensors": b""}, refused("model.safetensors")),
        ("bytes behind", {"model.safetensors": good + b"x"}, refused("model.safetensors")),
        ("no config", {"model.safetensors": good, "config.json": b""}, refused("config.json")),
        ("a config of a list", {"model.safetensors": good, "config.json": b"[]"}, refused("config.json")),
        ("a deep config", {"model.safetensors": good, "config.json": b"[" * 100_000}, refused("config.json")),
        ("a config in UTF-16", {"model.safetensors": good, "config.json": config.decode().encode("utf-16")}, refused("config.json")),
        ("a config with code", {"model.safetensors": good, "config.json": b'{"auto_map": {"AutoModel": "evil.Net"}, "model_type": "evil"}'}, Right(), refused("config.json")),
    ]  # fmt: skip
    for name, files, *ends in listed:
        yield Case(f"model: {name}", "fetch/model", model(files), *ends)
        local = _in_a_folder({"config.json": config} | files)
        yield Case(f"model of one's own: {name}", "fetch/model-folder", local, *ends)
    yield from _tokenizers(model, good)


def _in_a_folder(files: dict[str, bytes]) -> Callable[[Path], Arguments]:
    """The same files in a folder named as the repository, with the checksum of what is read of them."""

    def write(folder: Path) -> Arguments:
        root = folder / "lab" / "net"
        root.mkdir(parents=True)
        for name, content in files.items():
            (root / name).write_bytes(content)
        read = sorted(name for name in files if name.endswith((".safetensors", ".json")))
        lines = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in read)
        return {"path": str(root), "sha256": hashlib.sha256(lines.encode()).hexdigest()}

    return write


def _tokenizers(model: Callable, weights: bytes) -> Iterator[Case]:
    pairs = {
        "train.csv": b"sentence1,sentence2,score\na,b,1.0\n",
        "test.csv": b"sentence1,sentence2,score\na b,c,0.5\n",
    }
    special = [
        {
            "id": number,
            "content": word,
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
        for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"))
    ]
    post = {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {word: {"id": word, "ids": [number], "tokens": [word]} for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]")) if number > 1}}  # fmt: skip
    vocab = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5, "b": 6, "c": 7}
    plain = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": post, "decoder": None, "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"}}  # fmt: skip
    grow = [{"type": "Replace", "pattern": {"String": "a"}, "content": "a" * 1000}] * 4
    ends = refused("tokenizer")
    changed = {
        "tokenizer": ({}, Right(shape=None)),
        "no model": ({"model": None}, ends),
        "a model that is none": ({"model": {"type": "Oracle"}}, ends),
        "a word for nothing": ({"model": {"type": "WordLevel", "vocab": {"a": 4}, "unk_token": "[NONE]"}}, ends),
        "ids below 0": ({"model": {"type": "WordLevel", "vocab": {"[UNK]": -1}, "unk_token": "[UNK]"}}, ends),
        "ids beyond": ({"model": {"type": "WordLevel", "vocab": vocab | {"a": 2**32 - 1}, "unk_token": "[UNK]"}}, ends, Right()),
        "words that grow": ({"normalizer": {"type": "Sequence", "normalizers": grow}}, ends),
        "a pattern that takes for ever": ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a|a|aa)+$"}, "behavior": "Isolated", "invert": False}}, ends, Right()),
        "a pattern that is none": ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "("}, "behavior": "Isolated", "invert": False}}, ends),
        "no ends": ({"post_processor": None}, ends, Right()),
        "a template of nothing": ({"post_processor": post | {"special_tokens": {}}}, ends, Right()),
    }  # fmt: skip
    long = {"test.csv": f"sentence1,sentence2,score\n{'a' * 40}b,c,0.5\n".encode()}
    for name, (fields, *outcomes) in changed.items():
        files = {"model.safetensors": weights, "tokenizer.json": json.dumps(plain | fields).encode()}
        texts = pairs | (long if "ever" in name or "grow" in name else {})

        def write(folder: Path, files: dict = files, texts: dict = texts) -> Arguments:
            return add(folder, "dataset", "lab/pairs", texts) | {"tokenizer": model(files)(folder)}

        yield Case(f"tokenizer: {name}", "data/huggingface-pairs", write, *outcomes)
