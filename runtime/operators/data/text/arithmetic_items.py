"""Sums of numbers modulo a base: items whose difficulty is planted, as the number of their terms."""

from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Count = Annotated[int, Field(ge=1)]


class ArithmeticItems(NamedTuple):
    practice: Annotated[Dataset, Role.TRAIN, Of("sums")]
    bench: Annotated[Dataset, Of("sums")]


@operator(seconds=0.05)
def arithmetic_items(
    *,
    practice: Count = 2000,
    bench: Count = 800,
    base: Annotated[int, Field(ge=2, le=10)] = 3,
    most_terms: Count = 6,
    seed: int = 0,
) -> ArithmeticItems:
    """Sums modulo a base, from one term to `most_terms`: for respondents to practise, and to be asked.

    Made for Ding et al. 2024, "Easy2Hard-Bench: Standardized Difficulty Labels for Profiling LLM
    Performance and Generalization" (arXiv:2409.18433), whose items come from people's problems.
    Differs from the paper: difficulty is planted. A sum of k terms can be written in base^k ways and
    takes k - 1 additions, so that short ones can be known by heart and long ones only understood.

    Args:
        practice: items that respondents learn from.
        bench: items whose difficulty is to be found; short ones occur in both.
        base: terms and sums are below it.
        most_terms: of an item; each number of terms is equally likely.
        seed: of all items.

    Returns:
        practice, bench: rows `id`, `label` (the sum), `terms` (the planted difficulty) and `text`; the
            tensor `x` [rows, most_terms * (base + 1)] has a place for each term and for none, one-hot;
            `tokens` and `answer` are the same item as a sequence, as `train/language-model` takes it.
    """
    stream = numpy_stream(seed, "arithmetic items")
    return ArithmeticItems(
        _items(practice, "practice", base, most_terms, stream),
        _items(bench, "bench", base, most_terms, stream),
    )


def _items(count: int, name: str, base: int, most_terms: int, stream: np.random.Generator) -> Dataset:
    lengths = stream.integers(1, most_terms + 1, count)
    terms = stream.integers(0, base, (count, most_terms))
    there = np.arange(most_terms) < lengths[:, None]
    label = (terms * there).sum(1) % base
    vocabulary = ["<pad>", *(str(number) for number in range(base)), "+", "="]
    texts = ["+".join(map(str, row[:k])) + "=" for row, k in zip(terms, lengths, strict=True)]
    tokens = np.zeros((count, 2 * most_terms + 1), dtype=np.int64)
    answer = np.zeros(tokens.shape, dtype=bool)
    for row, (text, value) in enumerate(zip(texts, label, strict=True)):
        tokens[row, : len(text) + 1] = [vocabulary.index(sign) for sign in f"{text}{value}"]
        answer[row, len(text)] = True
    one_hot = np.eye(base + 1, dtype=np.float32)[np.where(there, terms, base)]
    rows = {
        "id": [f"{name}-{number:05}" for number in range(count)],
        "label": pa.array(label, pa.int64()),
        "terms": pa.array(lengths, pa.int64()),
        "text": texts,
    }
    tensors = {
        "x": torch.from_numpy(one_hot.reshape(count, -1)),
        "tokens": torch.from_numpy(tokens),
        "answer": torch.from_numpy(answer),
    }
    classes = tuple(str(number) for number in range(base))
    return Dataset(pa.table(rows), tensors, classes, {"vocabulary": vocabulary})
