"""A user's own conversations."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import PinnedBy, operator
from heldout.runtime.rows.columns import said_of
from heldout.runtime.rows.conversations import ChatColumns, chat_dataset
from heldout.runtime.rows.row_files import opened_rows
from heldout.runtime.subtype import Of


@operator(seconds=5.0)
def import_chat(
    *,
    path: Annotated[str, PinnedBy("sha256")],
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")],
    messages: str = "messages",
    role: str = "role",
    content: str = "content",
    roles: dict[str, str] | None = None,
    prompt: str | None = None,
    completion: str | None = None,
    system: str | None = None,
    domain: str | None = None,
    id: str | None = None,
) -> Annotated[Dataset, Of("conversations")]:
    """Conversations of a file of JSON lines or Parquet, or pairs of a prompt and a completion.

    The file is read row by row. Contents stay the strings that they are, until a model's own tokenizer and
    chat template write them in tokens.

    Args:
        path: the file (`.jsonl` or `.parquet`); a relative one is taken from the folder of the spec. Where it
            lies is no part of a task.
        sha256: checksum of the file, as `heldout checksum FILE` prints it.
        messages: column of lists of objects, each a message.
        role: what a message calls the one who speaks; `from` in data of ShareGPT's form.
        content: what it calls the text, which may also be a list of parts of the type `text`; `value` there.
        roles: what roles are called in the data, and what chat templates call them: `{human: user, gpt:
            assistant}`; others stay as they are.
        prompt: column of what a user says, in data of one turn, in place of `messages`.
        completion: column of what the assistant answers.
        system: column of a system's message that stands before all others, where a row has one.
        domain: column of the group that a conversation is of.
        id: column of a unique name of each row; without it rows are named `row-0000042` by their position,
            counted from 0.

    Returns:
        rows in the file's order: `id`, `messages` (lists of `role` and `content`), `turns`, how many messages
        there are, and `domain` where it is named.

    Raises:
        ValueError: the content is another, a column is not there, a row holds no messages (it is named), or
            an id is not unique.
    """
    columns = ChatColumns(messages, role, content, roles, prompt, completion, system, domain, id)
    with said_of(path), opened_rows(Path(path), sha256, columns.names) as rows:
        return chat_dataset(rows, columns)
