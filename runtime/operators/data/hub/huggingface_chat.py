"""Conversations of a dataset of the Hugging Face hub."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from heldout.runtime.artifacts import Dataset
from heldout.runtime.hub.dataset import DATA_FILES, Opened, opened
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.operator import operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.rows.columns import said_of
from heldout.runtime.rows.conversations import AT_A_TIME, ChatColumns, chat_dataset
from heldout.runtime.subtype import Of


@operator(network=True, seconds=60.0)
def huggingface_chat(
    *,
    repository: Repository,
    revision: Commit,
    split: str = "train",
    configuration: str | None = None,
    messages: str = "messages",
    role: str = "role",
    content: str = "content",
    roles: dict[str, str] | None = None,
    prompt: str | None = None,
    completion: str | None = None,
    system: str | None = None,
    domain: str | None = None,
    files: set[str] | None = None,
    max_rows: Annotated[int, Field(ge=1)] | None = None,
    seed: int = 0,
) -> Annotated[Dataset, Of("conversations")]:
    """Conversations of one split of one commit of a hub dataset, or pairs of a prompt and a completion.

    The commit is read as `data/huggingface` reads it: from its files alone, and no code of it runs.

    Args:
        repository: `owner/name` on the hub.
        revision: the commit, 40 hexadecimal digits.
        split: as the dataset names it; `train+test` joins two, one after the other.
        configuration: where the dataset has several.
        messages: column of lists of objects, each a message.
        role: what a message calls the one who speaks; `from` in data of ShareGPT's form.
        content: what it calls the text, which may also be a list of parts of the type `text`; `value` there.
        roles: what roles are called in the data, and what chat templates call them: `{human: user, gpt:
            assistant}`; others stay as they are.
        prompt: column of what a user says, in data of one turn, in place of `messages`.
        completion: column of what the assistant answers.
        system: column of a system's message that stands before all others, where a row has one.
        domain: column of the group that a conversation is of.
        files: shell patterns of the files to download; without them all data files.
        max_rows: keep so many rows, drawn by the seed, in the dataset's order.
        seed: of the draw of `max_rows`.

    Returns:
        rows named `SPLIT-0000042` by their position in their split, counted from 0, as `data/import-chat`
        makes them.

    Raises:
        ValueError: a column is not there, a row holds no messages, or the data name files outside the commit.
    """
    columns = ChatColumns(messages, role, content, roles, prompt, completion, system, domain, "id")
    found = snapshot(repository, revision, "dataset", files or DATA_FILES)
    with said_of(f"{repository}, split {split}"), opened(found, configuration, split) as data:
        num_rows = len(data.rows)
        draw = numpy_stream(seed, "rows").permutation
        chosen = np.arange(num_rows) if max_rows is None else np.sort(draw(num_rows)[:max_rows])
        wanted = [name for name in columns.names if name != "id"]
        return chat_dataset(_rows(data.columns(wanted), chosen), columns)


def _rows(data: Opened, chosen: np.ndarray) -> Iterator[dict[str, Any]]:
    for start in range(0, len(chosen), AT_A_TIME):
        positions = chosen[start : start + AT_A_TIME]
        for name, row in zip(data.names(positions), data.table(positions).to_pylist(), strict=True):
            yield {**row, "id": name}
