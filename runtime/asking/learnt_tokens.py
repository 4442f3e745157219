"""Texts, solved questions and conversations in tokens of a model, and which of these tokens are learnt."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import listed, texts
from heldout.runtime.asking.chat_template import Span
from heldout.runtime.asking.prompts import Prompting, answer_texts
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.hub.tokenizer import in_tokens
from heldout.runtime.language.sequence_minibatches import sequence_ends, sequences
from heldout.runtime.rows.conversations import Message, conversations_in

log = logging.getLogger("heldout.runtime.asking.learnt_tokens")
Cut = Literal["beginning", "end"]


class Learnt(NamedTuple):
    """A row in tokens, and which of them are learnt.

    Attributes:
        tokens: of the row.
        learnt: of each, whether it is.
        asked: what is learnt last stands behind the prompt that the model reads when it is asked for it.
    """

    tokens: Sequence[int]
    learnt: Sequence[bool]
    asked: bool = True


@dataclass(frozen=True)
class TokenRows:
    """Rows of tokens one after another, without padding.

    Attributes:
        tokens: of all rows, [num_tokens], int32.
        learnt: which are, [num_tokens], bool.
        starts: where each row begins, and where the last ends, [num_rows + 1], int64.
        positions: of the rows in the data that they are of, [num_rows], int64.
    """

    tokens: np.ndarray
    learnt: np.ndarray
    starts: np.ndarray
    positions: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> np.ndarray:
        """Of each row, [num_rows], int64."""
        return np.diff(self.starts)

    def row(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The tokens of one row, and which are learnt; views that must not be changed."""
        part = slice(self.starts[number], self.starts[number + 1])
        return self.tokens[part], self.learnt[part]


@dataclass(frozen=True)
class Reading:
    """How rows become tokens.

    Attributes:
        template: what is asked of a question, as `evaluate/generate` has it.
        instruction: before it.
        delimiter: between a question and its answer.
        chat: ask questions in the form of the chat template.
        roles: whose messages of a conversation are learnt.
        most: tokens of a row; None is no bound.
        cut: what a longer row loses.
        end: the token that ends a text, which plain texts and answers get; None where the model has none.
    """

    template: str = "{question}"
    instruction: str = ""
    delimiter: str = " "
    chat: bool = False
    roles: frozenset[str] = frozenset({"assistant"})
    most: int | None = None
    cut: Cut = "beginning"
    end: int | None = None

    def rows(self, data: Dataset, words: TextTokens) -> TokenRows:
        """Rows of conversations (`messages`), of questions (`question`) or of texts (`text`) as tokens.

        A row of which nothing is left to learn, since it was cut or nobody of the roles speaks, is left out,
        and the log says how many were.

        Raises:
            ValueError: there are no such columns, the template or tokenizer cannot write a row (it is named),
                or nothing of any row is learnt.
        """
        found, positions, otherwise = [], [], 0
        for position, row in enumerate(self._read(data, words)):
            kept = self._kept(row.tokens, row.learnt)
            otherwise += not row.asked
            if kept[1].any():
                found.append(kept)
                positions.append(position)
        if not found:
            raise ValueError(f"of {len(data)} rows none has a token that is learnt")
        if left_out := len(data) - len(found):
            log.warning("%d of %d rows are left out: nothing of them is learnt", left_out, len(data))
        if otherwise:
            log.warning(
                "in %d of %d rows the chat template writes the last prompt in another way where an answer "
                "follows than where one is asked for",
                otherwise,
                len(data),
            )
        return _joined(found, positions)

    def of_padded(self, data: Dataset) -> TokenRows:
        """The rows of a dataset of tokens, padded with 0 and with answers that are marked, without padding.

        Raises:
            ValueError: nothing of some sequence is to be predicted.
        """
        tokens, answer = sequences(data)
        ends = sequence_ends(tokens, answer).tolist()
        kept = [
            self._kept(row[:end].numpy(), marks[:end].numpy())
            for row, marks, end in zip(tokens, answer, ends, strict=True)
        ]
        return _joined(kept, list(range(len(kept))))

    def _read(self, data: Dataset, words: TextTokens) -> Iterator[Learnt]:
        columns = data.rows.column_names
        if "messages" in columns:
            for row, conversation in enumerate(conversations_in(data)):
                try:
                    yield conversation_tokens(words, conversation, self.roles)
                except ValueError as error:
                    raise ValueError(f"row {row} (from 0): {error}") from error
        elif "question" in columns:
            prompting = Prompting(self.template, self.instruction, 0, "once", False, "text", 0)
            prompts = prompting.prompts(data, None)
            for prompt, answer in zip(prompts, answer_texts(data, "text"), strict=True):
                if self.chat:
                    turns = [Message(**one) for one in prompt.messages()]
                    yield conversation_tokens(words, [*turns, Message("assistant", answer)], {"assistant"})
                else:
                    asked = prompt.text(self.delimiter, "\n\n")
                    before, after = words.after(asked, self.delimiter + answer, False)
                    yield self._ended(before, after)
        elif "text" in columns:
            for text in texts(data.rows["text"]):
                before, after = list(words.begin), words.tokens(text)
                yield self._ended(before or after[:1], after if before else after[1:])
        else:
            raise ValueError(
                f"rows are conversations (`messages`), questions (`question`) or texts (`text`), and "
                f"these have {listed(columns)}"
            )

    def _ended(self, before: Sequence[int], after: Sequence[int]) -> Learnt:
        after = [*after, *([] if self.end is None else [self.end])]
        return Learnt([*before, *after], [False] * len(before) + [True] * len(after))

    def _kept(
        self, tokens: Sequence[int] | np.ndarray, learnt: Sequence[bool] | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """What is left of a row, int32 and bool; its first token, with nothing before it, is not learnt."""
        most = len(tokens) if self.most is None else self.most
        part = slice(max(len(tokens) - most, 0), None) if self.cut == "beginning" else slice(most)
        marks = np.array(learnt[part], dtype=bool)
        marks[:1] = False
        return np.array(tokens[part], dtype=np.int32), marks


def _joined(rows: Sequence[tuple[np.ndarray, np.ndarray]], positions: Sequence[int]) -> TokenRows:
    starts = np.cumsum([0, *(len(tokens) for tokens, _ in rows)], dtype=np.int64)
    tokens, learnt = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return TokenRows(tokens, learnt, starts, np.asarray(positions, dtype=np.int64))


def conversation_tokens(words: TextTokens, conversation: Sequence[Message], roles: Collection[str]) -> Learnt:
    """A conversation in tokens, and which of them some roles say, with the special token that ends each.

    A special token ends a message where only white space stands between, and where it does not
    belong to the next message.

    Raises:
        ValueError: there is no template, or it cannot write the conversation.
    """
    text, spans = words.chats.learnt(conversation, roles)
    with in_tokens():
        encoded = words.words.encode(text, add_special_tokens=False)
    learnt = [False] * len(encoded.ids)
    for span in spans:
        _mark(learnt, encoded.ids, encoded.offsets, text, span, words.special)
    return Learnt(encoded.ids, learnt, all(span.asked for span in spans[-1:]))


def _mark(
    learnt: list[bool],
    tokens: Sequence[int],
    places: Sequence[tuple[int, int]],
    text: str,
    span: Span,
    special: Collection[int],
) -> None:
    reached = span.end
    for place, (token, (start, end)) in enumerate(zip(tokens, places, strict=True)):
        if end > span.start and start < span.end:
            learnt[place] = True
        elif start >= span.end:
            if token in special and end <= span.last and not text[reached:start].strip():
                learnt[place] = True
            if token in special or text[start:end].strip():
                return
