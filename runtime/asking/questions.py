"""Questions as rows: what is asked, what may be chosen, and what is right where the study may see it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import listed, texts
from heldout.runtime.rows.columns import composed, known_columns, scalars
from heldout.runtime.rows.domains import domain_name

AnswerAs = Literal["text", "letter", "index", "number"]


def letter(place: int) -> str:
    """How the choice at a place, from 0, is called: A to Z, then AA, AB, …"""
    name = ""
    place += 1
    while place:
        place, last = divmod(place - 1, 26)
        name = chr(ord("A") + last) + name
    return name


def questions_of(
    table: pa.Table,
    ids: Sequence[str],
    *,
    question: str,
    answer: str,
    choices: str | Sequence[str] | None,
    names: str | None,
    answer_as: AnswerAs,
    domain: str | None,
) -> Dataset:
    """Questions from the columns of a table.

    Args:
        table: any; a name with a dot, such as `choices.text`, is a field of a column of structs.
        ids: unique names of the rows.
        question: column of the text.
        answer: column of what is right.
        choices: column of lists of texts, or several columns, each of one choice; none of free
            answers.
        names: column of lists of what the choices are called there, by which `answer` names one.
        answer_as: how `answer` names a choice, without `names`.
        domain: column of the group that a question is of.

    Returns:
        rows `id`, `question`, with choices `choices` (lists of texts), `label`, with a domain `domain`. The
        label is a place among the row's own choices, and classes are their letters; of free answers it is a
        place among the classes, which are the different answers.

    Raises:
        ValueError: a column is missing or has missing values, or an answer names no choice.
    """
    columns: dict[str, Any] = {"id": pa.array(ids, pa.string())}
    columns["question"] = pa.array(_written(table, question), pa.string())
    if choices is None:
        right = _written(table, answer)
        classes = tuple(dict.fromkeys(sorted(right)))
        place = {name: number for number, name in enumerate(classes)}
        labels = [place[name] for name in right]
    else:
        offered = _choices(table, choices)
        columns["choices"] = pa.array(offered, pa.list_(pa.string()))
        called = None if names is None else _choices(table, names)
        labels = _places(_written(table, answer), offered, called, answer_as)
        classes = tuple(letter(number) for number in range(max(map(len, offered))))
    columns["label"] = pa.array(labels, pa.int64())
    if domain is not None:
        found = scalars(_plain(table, domain), domain)
        columns["domain"] = pa.array([domain_name(one) for one in found], pa.string())
    return Dataset(pa.table(columns), classes=classes)


def choices_of(data: Dataset) -> list[list[str]]:
    """The choices of every question, two at least.

    Raises:
        ValueError: there are none, or a row has fewer than two or the same one twice.
    """
    if "choices" not in data.rows.column_names:
        there = listed(data.rows.column_names)
        raise ValueError(f"these are no questions with choices: there is no column `choices` among {there}")
    offered: list[Any] = data.rows["choices"].to_pylist()
    for name, row in zip(texts(data.rows["id"]), offered, strict=True):
        if row is None or len(row) < 2 or len(set(row)) < len(row):
            raise ValueError(f"question {name} needs two or more different choices, and has {row}")
    return offered


def right_answers(data: Dataset) -> list[str]:
    """What is right, as text: one of a question's choices, or the class that its label names.

    Raises:
        ValueError: the labels are hidden or absent, or name no answer.
    """
    labels = data.labels.tolist()
    offered: list[Any] = (
        data.rows["choices"].to_pylist()
        if "choices" in data.rows.column_names
        else [data.classes] * len(data)
    )
    for name, number, row in zip(texts(data.rows["id"]), labels, offered, strict=True):
        if not 0 <= number < len(row):
            raise ValueError(f"the label of {name} is {number}, and there are {len(row)} answers")
    return [row[number] for number, row in zip(labels, offered, strict=True)]


def _places(
    right: Sequence[str], offered: Sequence[list[str]], called: list[list[str]] | None, answer_as: AnswerAs
) -> list[int]:
    labels = []
    for row, (name, choices) in enumerate(zip(right, offered, strict=True)):
        own = _names(choices, answer_as) if called is None else called[row]
        if own.count(name) != 1 or own.index(name) >= len(choices):
            raise ValueError(
                f"the answer of row {row} (from 0) is {name!r}, and its choices are {listed(own)}"
            )
        labels.append(own.index(name))
    return labels


def _names(choices: list[str], answer_as: AnswerAs) -> list[str]:
    by_form: Mapping[str, list[str]] = {
        "text": choices,
        "letter": [letter(place) for place in range(len(choices))],
        "index": [str(place) for place in range(len(choices))],
        "number": [str(place + 1) for place in range(len(choices))],
    }
    return by_form[answer_as]


def _choices(table: pa.Table, names: str | Sequence[str]) -> list[list[str]]:
    if not isinstance(names, str):
        sides = [_written(table, name) for name in names]
        return [list(row) for row in zip(*sides, strict=True)]
    column = _plain(table, names)[names]
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise ValueError(f"column {names!r} holds {column.type}, and choices are lists of texts")
    values: list[Any] = column.to_pylist()
    if lacking := [row for row, value in enumerate(values) if not value or None in value]:
        raise ValueError(f"column {names!r} lacks choices in row {lacking[0]} (from 0)")
    return [[_text(one) for one in value] for value in values]


def _written(table: pa.Table, name: str) -> list[str]:
    return [_text(value) for value in scalars(_plain(table, name), name)]


def _text(value: Any) -> str:
    return composed(str(int(value) if isinstance(value, float) and value.is_integer() else value))


def _plain(table: pa.Table, name: str) -> pa.Table:
    """A table of one column, which may be a field of a column of structs."""
    first, _, field = name.partition(".")
    if name in table.column_names or not field:
        known_columns(table, [name])
        return table.select([name])
    known_columns(table, [first])
    column: Any = table[first].combine_chunks()
    if not pa.types.is_struct(column.type) or field not in [one.name for one in column.type]:
        raise ValueError(f"column {first!r} holds {column.type}, which has no field {field!r}")
    made = pa.table({name: column.field(field)})
    known_columns(made, [name])
    return made
