"""A task of the Hugging Face hub as prompts and answers in tokens of a model."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.hub.dataset import DATA_FILES, opened
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.language.sequence_pairs import padded
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

PLACE = re.compile(r"\{(\w+)\}")


class PromptedTask(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, Of("prompts")]
    test: Annotated[Dataset, Role.TEST, Of("prompts")]


@operator(network=True, seconds=60.0)
def prompted_text(
    tokenizer: Model,
    *,
    task: str,
    repository: Repository,
    revision: Commit,
    template: str,
    label: str,
    answers: Annotated[list[str], Field(min_length=2)],
    configuration: str | None = None,
    train_split: str = "train",
    test_split: str = "validation",
    train_rows: Annotated[int, Field(ge=1)] = 10000,
    test_rows: Annotated[int, Field(ge=1)] = 1000,
    max_tokens: Annotated[int, Field(ge=2)] = 256,
    files: set[str] | None = None,
    seed: int = 0,
) -> PromptedTask:
    """A hub dataset with labels, said in one prompt template.

    Sanh et al. 2022, "Multitask Prompted Training Enables Zero-Shot Task Generalization"
    (arXiv:2110.08207), section 4: a prompt is an input template and a target template.
    Differs from the paper: one template a task, where P3 has several; no template holds code.

    Args:
        tokenizer: a model as `fetch/model` brings it, with a `tokenizer.json`.
        task: the name that the rows and the adapter get.
        repository: `owner/name` of the dataset on the hub.
        revision: its commit, 40 hexadecimal digits.
        template: the prompt; `{column}` stands for a row's value.
        label: column of the label, an index into `answers`.
        answers: what is to be written for each label.
        configuration: where the dataset has several.
        train_split: as the dataset names it.
        test_split: one with labels; many benchmarks hide those of their own test split.
        train_rows: at most so many, drawn by the seed, in the dataset's order.
        test_rows: the same, to test on.
        max_tokens: a longer prompt loses its end.
        files: shell patterns of the files to download; without them all data files.
        seed: of the draws.

    Returns:
        train and test: tensors `tokens` (prompt, answer) and `answer`; columns `task`, `domain`
            (the same), `length`, `text`.

    Raises:
        ValueError: the model has no tokenizer, the template names a column that is not there, or a
            label has no answer.
    """
    if "tokenizer.json" not in tokenizer.files:
        raise ValueError("the model has no tokenizer.json")
    found = snapshot(repository, revision, "dataset", files or DATA_FILES)
    parts = []
    for role, split, most in (("train", train_split, train_rows), ("test", test_split, test_rows)):
        draw = numpy_stream(seed, "rows", role)
        with opened(found, configuration, split) as data:
            chosen = np.sort(draw.permutation(len(data.rows))[:most])
            taken = data.table(chosen).to_pylist()
        prompts = [filled(template, row) for row in taken]
        written = [_answer(row, label, answers) for row in taken]
        ids = [f"{task}-{split}-{position:07d}" for position in chosen]
        parts.append(_encoded(tokenizer, task, ids, prompts, written, max_tokens))
    return PromptedTask(*parts)


def filled(template: str, row: Mapping[str, Any]) -> str:
    """A template with a row's values in the places of their names; nothing is evaluated.

    Raises:
        ValueError: there is no such column.
    """

    def value(place: re.Match[str]) -> str:
        if place[1] not in row:
            raise ValueError(f"the template names {place[1]!r}; there are {', '.join(row)}")
        return str(row[place[1]])

    return PLACE.sub(value, template)


def _answer(row: Mapping[str, Any], label: str, answers: list[str]) -> str:
    if label not in row:
        raise ValueError(f"no column {label!r}; there are {', '.join(row)}")
    number: int = row[label]
    if not 0 <= number < len(answers):
        raise ValueError(f"label {number} is none of {len(answers)} answers: does the split hide labels?")
    return answers[number]


def _encoded(
    tokenizer: Model, task: str, ids: list[str], prompts: list[str], written: list[str], most: int
) -> Dataset:
    encoder = hub_tokenizer(tokenizer.files)
    tokens, marked = [], []
    for prompt, answer in zip(prompts, written, strict=True):
        with in_tokens():
            read, write = encoder.encode(prompt).ids[:most], encoder.encode(answer).ids
        tokens.append(torch.tensor(read + write))
        marked.append(torch.tensor([0] * len(read) + [1] * len(write)))
    columns = {
        "id": pa.array(ids),
        "task": pa.array([task] * len(ids)),
        "domain": pa.array([task] * len(ids)),
        "length": pa.array([len(row) for row in tokens], pa.int64()),
        "text": pa.array([f"{p} → {a}" for p, a in zip(prompts, written, strict=True)]),
    }
    tensors = {"tokens": padded(tokens), "answer": padded(marked).bool()}
    return Dataset(pa.table(columns), tensors, notes={"tokenizer": dict(tokenizer.config)})
