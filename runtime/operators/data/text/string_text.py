"""Generic text of the language of strings, to pretrain on."""

from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.language.string_language import SKILLS, VOCABULARY, phrase, read_out, words
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of


@operator(seconds=0.1)
def string_text(
    *,
    rows: Annotated[int, Field(ge=1)] = 20000,
    words_per_row: Annotated[int, Field(ge=1)] = 2,
    letters_per_word: Annotated[int, Field(ge=2)] = 4,
    language: int = 0,
    seed: int = 0,
) -> Annotated[Dataset, Role.TRAIN, Of("sequences")]:
    """Sequences of named words, in which nothing is done to the words.

    Differs from the paper: it is of no paper; it stands in for the text that a language model is
    pretrained on. The names of the skills are words of the text, and each has its own manner of
    speech (which letter follows which), but what a skill does is nowhere said.

    Args:
        rows: sequences.
        words_per_row: each with a name before it, drawn for itself.
        letters_per_word: all words are as long.
        language: seed of the letters that follow one another.
        seed: of the names and the words.

    Returns:
        tensor `tokens` [rows, words * (1 + letters)], int64; notes `vocabulary`; column `text`.
    """
    random = numpy_stream(seed, "string-text")
    names = random.integers(len(SKILLS), size=(rows, words_per_row))
    parts = [words(column, letters_per_word, language, random) for column in names.T]
    tokens = phrase(names, parts).astype(np.int64)
    columns = {
        "id": pa.array([f"text-{row:06d}" for row in range(rows)]),
        "length": pa.array(np.full(rows, tokens.shape[1], dtype=np.int64)),
        "text": pa.array([read_out(row) for row in tokens.tolist()]),
    }
    return Dataset(
        pa.table(columns), {"tokens": torch.from_numpy(tokens)}, notes={"vocabulary": list(VOCABULARY)}
    )
