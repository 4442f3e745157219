"""A user's own questions: a text, choices or a free answer, and a group, in named columns."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.asking.questions import AnswerAs, questions_of
from heldout.runtime.operator import Apart, PinnedBy, operator
from heldout.runtime.rows.columns import known_columns, named_once, said_of, scalars
from heldout.runtime.rows.parquet import in_words
from heldout.runtime.subtype import Of


@operator(seconds=2.0)
def import_questions(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    question: str = "question",
    answer: Annotated[str, Apart("question", "choices")] = "answer",
    choices: Annotated[str | list[str], Field(min_length=1)] | None = None,
    names: str | None = None,
    answer_as: AnswerAs = "text",
    domain: Annotated[str | None, Apart("answer")] = None,
    id: Annotated[str | None, Apart("answer")] = None,
) -> Annotated[Dataset, Of("questions")]:
    """Questions to a language model, from a Parquet file.

    Args:
        path: the file; a relative one is taken from the folder of the spec. Where it lies is no part of a
            task, so that it may be moved.
        sha256: checksum of the file, as `heldout checksum FILE` and sha256sum print it.
        question: column of the text that is asked.
        answer: column of what is right: of free answers a text or a number, else what names a choice.
        choices: column of lists of texts, which may differ in length, or several columns, each of one
            choice; without it answers are free. A name with a dot, such as `choices.text`, is a field.
        names: column of lists of what the choices are called, such as `choices.label`; `answer` is then one
            of those.
        answer_as: how `answer` names a choice without `names`: its `text`, its `letter` (A, B, …), its
            `index` from 0 or its `number` from 1.
        domain: column of the group that a question is of, such as its subject.
        id: column of a unique name of each row; without it rows are named `row-0000042` by their position,
            counted from 0.

    Returns:
        rows in the file's order: `id`, `question`, `choices` where there are some, `label`, and `domain`
        where it is given. The label is the place of the right choice among the row's own; of free answers
        its place among `classes`, which are the different answers.

    Raises:
        ValueError: the content is another, a column is missing or has missing values, an answer names no
            choice, or an id is not unique.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path} is not a file")
    offered = [] if choices is None else [choices] if isinstance(choices, str) else choices
    named = [name for name in (question, answer, *offered, names, domain, id) if name is not None]
    with said_of(path), Path(path).open("rb") as content:
        if (found := hashlib.file_digest(content, "sha256").hexdigest()) != sha256:
            raise ValueError(f"it has sha256 {found}, the study says {sha256}")
        content.seek(0)
        with in_words(), pq.ParquetFile(content) as file:
            table = file.read(columns=_wanted(file.schema_arrow.names, named), use_threads=False)
        return questions_of(
            table,
            _ids(table, id),
            question=question,
            answer=answer,
            choices=choices,
            names=names,
            answer_as=answer_as,
            domain=domain,
        )


def _wanted(there: Sequence[str], named: Sequence[str]) -> list[str]:
    """The columns of a file in which those of these names lie, which may be fields.

    Raises:
        ValueError: there is none of a name, or there are several.
    """
    found = dict.fromkeys(name if name in there else name.partition(".")[0] for name in named)
    named_once(there, found)
    return list(found)


def _ids(table: pa.Table, column: str | None) -> list[str]:
    if column is None:
        return [f"row-{row:07d}" for row in range(table.num_rows)]
    known_columns(table, [column])
    ids = [str(name) for name in scalars(table, column)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"column {column!r} names {len(ids) - len(set(ids))} rows a second time")
    return ids
