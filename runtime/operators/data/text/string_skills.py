"""Tasks over strings: one skill, or several in one prompt."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.language.string_language import SKILLS, VOCABULARY, phrase, read_out, words
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Skill = Literal["reverse", "rotate", "swap", "shift", "unshift", "complement", "first", "last"]
END = 1


class SkillTask(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, Of("sequences")]
    test: Annotated[Dataset, Role.TEST, Of("sequences")]


@operator(seconds=0.2)
def string_skills(
    *,
    skills: Annotated[list[Skill], Field(min_length=1)],
    train_rows: Annotated[int, Field(ge=1)] = 4000,
    test_rows: Annotated[int, Field(ge=1)] = 500,
    words_per_row: Annotated[int, Field(ge=1)] = 2,
    letters_per_word: Annotated[int, Field(ge=2)] = 4,
    language: int = 0,
    seed: int = 0,
) -> SkillTask:
    """Prompts of named words, answered by the same names with the words that their skills make.

    Differs from the paper: it is of no paper; it stands in for tasks of natural language. Every prompt
    has a word for each skill of the task, and beyond these words that are only to be said again
    (`say`), in an order that is drawn for the row. A task of several skills so recombines what the
    tasks of one skill teach.

    Args:
        skills: of the task; no more than there are words in a row.
        train_rows: examples to train on.
        test_rows: examples to test on; no prompt is in both.
        words_per_row: names with a word each; beyond the skills they are `say`.
        letters_per_word: all words are as long.
        language: as in `data/string-text`, whose manner of speech the words have.
        seed: of the rows.

    Returns:
        train and test: tensors `tokens` (prompt, answer, `<eos>`) and `answer`; notes `vocabulary`;
            columns `task` (the skills, joined by +), `domain` (the same), `length`, `text`.

    Raises:
        ValueError: more skills than words, a skill named twice, or too few different prompts.
    """
    if len(skills) > words_per_row or len(set(skills)) < len(skills):
        raise ValueError(f"{words_per_row} words cannot have these skills, once each: {', '.join(skills)}")
    random = numpy_stream(seed, "string-skills", *skills)
    prompts, answers = _examples(
        skills, train_rows + test_rows, words_per_row, letters_per_word, language, random
    )
    task = "+".join(skills)
    return SkillTask(
        _dataset(prompts[:train_rows], answers[:train_rows], task, "train"),
        _dataset(prompts[train_rows:], answers[train_rows:], task, "test"),
    )


def _examples(
    skills: list[Skill], rows: int, per_row: int, length: int, language: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Different prompts in the order of their draw, and their answers."""
    drawn = 2 * rows
    known = np.array([list(SKILLS).index(name) for name in skills])
    said = np.full(per_row - len(known), list(SKILLS).index("say"))
    names = random.permuted(np.tile(np.concatenate([known, said]), (drawn, 1)), axis=1)
    parts = [words(column, length, language, random) for column in names.T]
    prompts = phrase(names, parts)
    _, first = np.unique(prompts, axis=0, return_index=True)
    if len(first) < rows:
        raise ValueError(f"only {len(first)} different prompts were drawn, {rows} are needed")
    kept = np.sort(first)[:rows]
    answers = phrase(names, [_done(column, word) for column, word in zip(names.T, parts, strict=True)])
    return prompts[kept], answers[kept]


def _done(names: np.ndarray, word: np.ndarray) -> np.ndarray:
    """What the skill of each row makes of its word."""
    made = np.empty_like(word)
    for position, skill in enumerate(SKILLS.values()):
        where = names == position
        made[where] = skill(word[where])
    return made


def _dataset(prompts: np.ndarray, answers: np.ndarray, task: str, part: str) -> Dataset:
    rows = len(prompts)
    ends = np.full((rows, 1), END)
    tokens = np.concatenate([prompts, answers, ends], axis=1).astype(np.int64)
    marked = np.zeros(tokens.shape, dtype=bool)
    marked[:, prompts.shape[1] :] = True
    columns = {
        "id": pa.array([f"{task}-{part}-{row:06d}" for row in range(rows)]),
        "task": pa.array([task] * rows),
        "domain": pa.array([task] * rows),
        "length": pa.array(np.full(rows, tokens.shape[1], dtype=np.int64)),
        "text": pa.array([f"{read_out(p)} → {read_out(a)}" for p, a in zip(prompts, answers, strict=True)]),
    }
    tensors = {"tokens": torch.from_numpy(tokens), "answer": torch.from_numpy(marked)}
    return Dataset(pa.table(columns), tensors, notes={"vocabulary": list(VOCABULARY)})
