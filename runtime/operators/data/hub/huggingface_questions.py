"""Questions of a dataset of the Hugging Face hub."""

from typing import Annotated

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.asking.questions import AnswerAs, questions_of
from heldout.runtime.hub.dataset import DATA_FILES, opened
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import Apart, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.rows.columns import said_of
from heldout.runtime.subtype import Of


@operator(network=True, seconds=60.0)
def huggingface_questions(
    *,
    repository: Repository,
    revision: Commit,
    split: str = "test",
    configuration: str | None = None,
    question: str = "question",
    answer: Annotated[str, Apart("question", "choices")] = "answer",
    choices: Annotated[str | list[str], Field(min_length=1)] | None = None,
    names: str | None = None,
    answer_as: AnswerAs = "text",
    domain: Annotated[str | None, Apart("answer")] = None,
    files: set[str] | None = None,
    max_rows: Annotated[int, Field(ge=1)] | None = None,
    seed: int = 0,
) -> Annotated[Dataset, Of("questions")]:
    """Questions to a language model, from one split of one commit of a hub dataset.

    The commit is read as `data/huggingface` reads it: from its files alone, and no code of it runs.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits.
        split: as the dataset names it; `train+test` joins two, one after the other.
        configuration: where the dataset has several.
        question: column of the text that is asked.
        answer: column of what is right: of free answers a text or a number, else what names a choice.
        choices: column of lists of texts, which may differ in length, or several columns, each of one
            choice; without it answers are free. A name with a dot, such as `choices.text`, is a field.
        names: column of lists of what the choices are called, such as `choices.label`; `answer` is then one
            of those.
        answer_as: how `answer` names a choice without `names`: its `text`, its `letter` (A, B, …), its
            `index` from 0 or its `number` from 1.
        domain: column of the group that a question is of, such as its subject.
        files: shell patterns of the files to download; without them all data files.
        max_rows: keep so many rows, drawn by the seed, in the dataset's order.
        seed: of the draw of `max_rows`.

    Returns:
        rows named `SPLIT-0000042` by their position in their split, counted from 0, as
        `data/import-questions` makes them.

    Raises:
        ValueError: a column is missing or has missing values, an answer names no choice, or the data name
            files outside the commit.
    """
    found = snapshot(repository, revision, "dataset", files or DATA_FILES)
    with said_of(f"{repository}, split {split}"):
        with opened(found, configuration, split) as data:
            num_rows = len(data.rows)
            draw = numpy_stream(seed, "rows").permutation
            chosen = np.arange(num_rows) if max_rows is None else np.sort(draw(num_rows)[:max_rows])
            several = [choices] if isinstance(choices, str) else [*(choices or ())]
            named = [name for name in (question, answer, *several, names, domain) if name is not None]
            there = set(data.rows.column_names)
            wanted = [name if name in there else name.partition(".")[0] for name in named]
            table = data.columns(list(dict.fromkeys(wanted))).table(chosen)
            ids = data.names(chosen)
        return questions_of(
            table,
            ids,
            question=question,
            answer=answer,
            choices=choices,
            names=names,
            answer_as=answer_as,
            domain=domain,
        )
