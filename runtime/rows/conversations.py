"""Conversations as rows: lists of messages, each with a role and a content, as the hub has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import listed
from heldout.runtime.rows.domains import domain_name

MOST_MESSAGES = 4096  # of a conversation
MOST_LETTERS = 1 << 24  # of a content
AT_A_TIME = 1024  # rows between what is read and what is kept
MESSAGES = pa.list_(pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())]))


class Message(NamedTuple):
    role: str
    content: str


@dataclass(frozen=True)
class ChatColumns:
    """Where a table has its conversations: in one column of messages, or in two of prompt and completion.

    Attributes:
        messages: column of lists of objects.
        role: of such an object, who speaks.
        content: what is said: a text, or parts of the type `text`.
        roles: what the data call them, and what templates do; others stay as they are.
        prompt: column of a user's only message, in place of `messages`.
        completion: column of the answer to it.
        system: column of a message that stands before, where a row has one.
        domain: column of the group that a conversation is of.
        id: column of a unique name.
    """

    messages: str = "messages"
    role: str = "role"
    content: str = "content"
    roles: Mapping[str, str] | None = None
    prompt: str | None = None
    completion: str | None = None
    system: str | None = None
    domain: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if (self.prompt is None) != (self.completion is None):
            raise ValueError("give `prompt` and `completion` together, or neither and `messages`")

    @property
    def names(self) -> list[str]:
        """The columns that are read, each once."""
        said = [self.messages] if self.prompt is None else [self.prompt, self.completion]
        named = [*said, self.system, self.domain, self.id]
        return list(dict.fromkeys(name for name in named if name is not None))

    def conversation(self, row: Mapping[str, Any]) -> list[Message]:
        """The messages of a row.

        Raises:
            ValueError: they are not as the columns are said to be, too many, too long, or none.
        """
        found = [Message("system", _content(row[self.system]))] if self.system and row[self.system] else []
        if self.prompt is not None and self.completion is not None:
            asked, answered = _content(row[self.prompt]), _content(row[self.completion])
            return [*found, Message("user", asked), Message("assistant", answered)]
        said = row[self.messages]
        if not isinstance(said, list) or not said:
            raise ValueError(f"{self.messages!r} holds {_shown(said)}, and no list of messages")
        if len(said) > MOST_MESSAGES:
            raise ValueError(f"it has {len(said)} messages, and {MOST_MESSAGES} are the most")
        return [*found, *(self._message(one) for one in said)]

    def _message(self, one: Any) -> Message:
        if not isinstance(one, dict) or not {self.role, self.content} <= one.keys():
            raise ValueError(f"a message has {self.role!r} and {self.content!r}, and this is {_shown(one)}")
        role = one[self.role]
        if not isinstance(role, str) or not role or len(role) > 64 or not role.isprintable():
            raise ValueError(f"a role is a short printable word, and this is {_shown(role)}")
        return Message((self.roles or {}).get(role, role), _content(one[self.content]))


def chat_dataset(rows: Iterable[Mapping[str, Any]], columns: ChatColumns, name: str = "row") -> Dataset:
    """Conversations of rows that come one by one; no more than some are held as Python has them.

    Args:
        rows: by column.
        columns: where the conversations are.
        name: before the number of a row, of data without ids.

    Returns:
        rows `id`, `messages` (lists of `role` and `content`), `turns` (how many messages), and `domain` where
        it is named.

    Raises:
        ValueError: there are none, one is not as it should be (its row is named), or an id is not unique.
    """
    batches = [_batch(part, columns, name) for part in _parts(enumerate(rows))]
    if not batches:
        raise ValueError("there are no rows")
    table = pa.Table.from_batches(batches)
    if columns.id is not None and (twice := len(table) - len(table["id"].unique())):
        raise ValueError(f"column {columns.id!r} names {twice} rows a second time")
    return Dataset(table)


def conversations_in(data: Dataset) -> Iterator[list[Message]]:
    """The conversations of rows, some at a time.

    Raises:
        ValueError: there is no column of messages.
    """
    if "messages" not in data.rows.column_names:
        raise ValueError(f"there is no column 'messages'; there are {listed(data.rows.column_names)}")
    for batch in data.rows.select(["messages"]).to_batches(AT_A_TIME):
        said: list[Any] = batch.column(0).to_pylist()
        for row in said:
            yield [Message(one["role"], one["content"]) for one in row]


def _batch(part: Sequence[tuple[int, Mapping[str, Any]]], columns: ChatColumns, name: str) -> pa.RecordBatch:
    found: dict[str, list[Any]] = {"id": [], "messages": [], "turns": []}
    domains: list[str] = []
    for number, row in part:
        try:
            said = columns.conversation(row)
            if columns.domain is not None:
                domains.append(domain_name(_name(row[columns.domain], columns.domain)))
            own = f"{name}-{number:07d}" if columns.id is None else str(_name(row[columns.id], columns.id))
        except ValueError as error:
            raise ValueError(f"row {number} (from 0): {error}") from error
        found["id"].append(own)
        found["messages"].append([one._asdict() for one in said])
        found["turns"].append(len(said))
    made: dict[str, Any] = {
        "id": pa.array(found["id"], pa.string()),
        "messages": pa.array(found["messages"], MESSAGES),
        "turns": pa.array(found["turns"], pa.int64()),
    }
    if columns.domain is not None:
        made["domain"] = pa.array(domains, pa.string())
    return pa.RecordBatch.from_pydict(made)


def _parts(
    rows: Iterable[tuple[int, Mapping[str, Any]]],
) -> Iterator[list[tuple[int, Mapping[str, Any]]]]:
    part: list[tuple[int, Mapping[str, Any]]] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_A_TIME:
            yield part
            part = []
    if part:
        yield part


def _content(value: Any) -> str:
    if isinstance(value, list):  # parts, as models that also take pictures have them
        kinds = [one.get("type") if isinstance(one, dict) else None for one in value]
        if not value or kinds != ["text"] * len(value):
            raise ValueError(
                f"a content of parts has those of the type 'text' alone, and this is {_shown(value)}"
            )
        value = "".join(_content(one.get("text")) for one in value)
    if not isinstance(value, str):
        raise ValueError(f"a content is a text, and this is {_shown(value)}")
    if len(value) > MOST_LETTERS:
        raise ValueError(f"a content has {len(value)} letters, and {MOST_LETTERS} are the most")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"a content holds half a letter (a lone surrogate): {error.reason}") from error
    return value


def _name(value: Any, column: str) -> str | int | float:
    if not isinstance(value, str | int | float) or value != value or value == "":
        raise ValueError(f"{column!r} holds {_shown(value)}, which names nothing")
    return value


def _shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 80 else f"{said[:77]}..."
