"""Texts as an encoder reads them."""

import hashlib
from typing import Annotated

import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.hub.configuration import padding_token
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.operator import operator
from heldout.runtime.subtype import Of


@operator(seconds=5.0)
def encoded_text(
    data: Annotated[
        Dataset,
        Of("texts", "captioned images", "sequences", "sums", "prompts", "encoded texts", "completions"),
    ],
    encoder: Model,
    *,
    max_tokens: Annotated[int, Field(ge=3, le=1 << 16)] = 128,
) -> Annotated[Dataset, Of("encoded texts")]:
    """Rows with a text, in tokens of a model, with the special tokens that its tokenizer puts around them.

    Differs from the paper: it is of no paper.

    Args:
        data: rows with a column `text`; they know what they knew.
        encoder: a model as `fetch/model` or `fetch/model-folder` brings it, with a `tokenizer.json`.
        max_tokens: places of every row, special tokens among them; a longer text loses its end.

    Returns:
        the rows, with `x` [num_rows, max_tokens], int64, padded at the end, and a column `tokens`, how many
        of its places a text fills; the notes name the tokenizer by its checksum.

    Raises:
        ValueError: there is no column of texts, or the model has no tokenizer or no padding token.
    """
    if "text" not in data.rows.column_names:
        raise ValueError(f"there is no column 'text'; there are {', '.join(data.rows.column_names)}")
    tokenizer = hub_tokenizer(encoder.files)
    padding = padding_token(encoder)
    with in_tokens():
        tokenizer.enable_truncation(max_tokens)
        encoded = [one.ids for one in tokenizer.encode_batch(texts(data.rows["text"]))]
    x = torch.full((len(encoded), max_tokens), padding)
    for row, tokens in enumerate(encoded):
        x[row, : len(tokens)] = torch.tensor(tokens, dtype=torch.int64)
    rows = data.rows.drop_columns([n for n in ("tokens",) if n in data.rows.column_names])
    rows = rows.append_column("tokens", pa.array([len(tokens) for tokens in encoded], pa.int64()))
    notes = {**data.notes, "tokenizer_sha256": hashlib.sha256(encoder.files["tokenizer.json"]).hexdigest()}
    return Dataset(rows, {**data.tensors, "x": x}, data.classes, notes)
