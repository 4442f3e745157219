"""Questions and answers of a string task, short ones to train on and longer ones to test."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.component import Choice, chosen
from heldout.runtime.components.string_tasks.contract import Example, StringTask
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

SPECIAL = ("<pad>", "<start>", "<answer>", "<end>")
Length = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=1)]


class Split(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, Of("sequences")]
    select: Annotated[Dataset, Role.SELECT, Of("sequences")]
    test: Annotated[Dataset, Role.TEST, Of("sequences")]


@operator(seconds=0.3)
def string_tasks(
    *,
    task: Annotated[str | dict[str, Any], Choice("string-tasks")],
    shortest: Length = 1,
    longest: Length = 20,
    longest_test: Length = 40,
    train_rows: Count = 10000,
    select_rows: Count = 1000,
    test_rows: Count = 1000,
    seed: int = 0,
) -> Split:
    """Sequences `<start> question <answer> answer <end>` up to a length, and longer ones held out.

    Kazemnejad et al. 2023, "The Impact of Positional Encoding on Length Generalization in
    Transformers" (arXiv:2305.19466), section 3.2: training up to the length L = 20, tests up to 2 L.
    Differs from the paper: the test has longer sequences alone, and `select` the shorter ones;
    lengths take turns, so that all have the same number of rows or one more; nothing keeps a short
    question from being drawn twice.

    Args:
        task: a component of string tasks, which says what its length counts.
        shortest: length in `train` and `select`.
        longest: length in `train` and `select`.
        longest_test: length in `test`, whose shortest is `longest` + 1.
        train_rows: sequences in `train`.
        select_rows: sequences in `select`, of the lengths of `train`.
        test_rows: sequences in `test`.
        seed: of the questions.

    Returns:
        train: tensors `tokens` [rows, places], int64, padded with 0, and `answer` [rows, places],
            true at the answer and `<end>`; rows have `id`, `task`, `length` and `text`; the notes'
            `vocabulary` lists the words.
        select: other questions of the same lengths.
        test: longer questions.

    Raises:
        ValueError: the lengths are in no order, or the task has none among them.
    """
    if not shortest <= longest < longest_test:
        raise ValueError(f"lengths must rise: shortest {shortest}, longest {longest}, test {longest_test}")
    picked = chosen("string-tasks", task)
    drawn: StringTask = picked()
    short, long = range(shortest, longest + 1), range(longest + 1, longest_test + 1)

    def rows(part: str, lengths: range, count: int) -> Dataset:
        rng = numpy_stream(seed, part)
        asked = _taking_turns(lengths, drawn, count)
        return encoded([drawn.draw(n, rng) for n in asked], asked, drawn, picked.name, part)

    return Split(
        rows("train", short, train_rows), rows("select", short, select_rows), rows("test", long, test_rows)
    )


def _taking_turns(lengths: range, task: StringTask, count: int) -> list[int]:
    known = [n for n in lengths if task.lengths is None or n in task.lengths]
    if not known:
        raise ValueError(f"the task has no length from {lengths[0]} to {lengths[-1]}: it has {task.lengths}")
    return [known[row % len(known)] for row in range(count)]


def encoded(examples: list[Example], lengths: list[int], task: StringTask, name: str, part: str) -> Dataset:
    """Examples as tokens; the part's name makes the rows' ids unlike those of other parts."""
    vocabulary = [*SPECIAL, *task.words]
    number = {word: token for token, word in enumerate(vocabulary)}
    _, start, answer_follows, end = SPECIAL
    spelt = [[start, *q, answer_follows, *a, end] for q, a in examples]
    tokens = np.zeros((len(spelt), max(map(len, spelt))), dtype=np.int64)
    answer = np.zeros(tokens.shape, dtype=bool)
    for row, (words, example) in enumerate(zip(spelt, examples, strict=True)):
        tokens[row, : len(words)] = [number[word] for word in words]
        answer[row, len(example.question) + 2 : len(words)] = True
    table = pa.table(
        {
            "id": [f"{part}-{row}" for row in range(len(spelt))],
            "task": [name] * len(spelt),
            "length": pa.array(lengths, pa.int64()),
            "text": [f"{' '.join(q)} = {' '.join(a)}" for q, a in examples],
        }
    )
    tensors = {"tokens": torch.from_numpy(tokens), "answer": torch.from_numpy(answer)}
    return Dataset(table, tensors, (), {"vocabulary": vocabulary})
