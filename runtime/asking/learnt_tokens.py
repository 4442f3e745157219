"""Texts, solved questions and conversations in tokens of a model, and which of these tokens are learnt."""

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.columns import listed, texts
from heldout.runtime.artifacts.positions import Chosen
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.asking.chat_template import Span
from heldout.runtime.asking.prompts import Prompting, answer_texts
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.hub.tokenizer import in_tokens
from heldout.runtime.language.padded_sequences import sequence_ends, sequences
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
    """Rows of tokens without padding, and which of them are learnt; stored ones are read as needed.

    Attributes:
        tokens: of each row.
        learnt: which of them are, of the same lengths; None is all.
        positions: of the rows in the data that they are of, [num_rows], int64.
        most: tokens of a row; None is no bound.
        cut: what a longer row loses.
    """

    tokens: Sequences
    learnt: Sequences | None
    positions: np.ndarray
    most: int | None = None
    cut: Cut = "beginning"

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def lengths(self) -> np.ndarray:
        """Of each row, [num_rows], int64."""
        found = self.tokens.lengths
        return found if self.most is None else np.minimum(found, self.most)

    def row(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The tokens of one row, a view, and which are learnt: never the first, with nothing before it."""
        tokens = self.tokens[number].numpy()
        most = len(tokens) if self.most is None else self.most
        part = slice(max(len(tokens) - most, 0), None) if self.cut == "beginning" else slice(most)
        marks = np.ones(len(tokens), bool) if self.learnt is None else self.learnt[number].bool().numpy()
        kept = marks[part].copy()
        kept[:1] = False
        return tokens[part], kept

    def that_learn(self) -> "TokenRows":
        """Those rows of which something is learnt; the log says how many are left out.

        Raises:
            ValueError: of none anything is.
        """
        if self.learnt is None:
            chosen = np.flatnonzero(self.lengths > 1)
        else:
            chosen = np.array([n for n in range(len(self)) if self.row(n)[1].any()], dtype=np.int64)
        if not len(chosen):
            raise ValueError(f"of {len(self)} rows none has a token that is learnt")
        if not (left_out := len(self) - len(chosen)):
            return self
        log.warning("%d of %d rows are left out: nothing of them is learnt", left_out, len(self))
        learnt = None if self.learnt is None else self.learnt.take(Chosen(chosen))
        tokens, positions = self.tokens.take(Chosen(chosen)), self.positions[chosen]
        return TokenRows(tokens, learnt, positions, self.most, self.cut)


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
        tokens, learnt, otherwise = [], [], 0
        for row in self._read(data, words):
            tokens.append(torch.tensor(row.tokens, dtype=torch.int32))
            learnt.append(torch.tensor(row.learnt, dtype=torch.bool))
            otherwise += not row.asked
        found = self._rows(Sequences.of(tokens), Sequences.of(learnt, torch.bool))
        if otherwise:
            log.warning(
                "in %d of %d rows the chat template writes the last prompt in another way where an answer "
                "follows than where one is asked for",
                otherwise,
                len(data),
            )
        return found

    def of_tokens(self, data: Dataset) -> TokenRows:
        """The rows of a dataset of tokens: sequences as they are, or tensors, padded on the right with 0.

        What is learnt are the tokens that `answer` marks, without it all but a row's first.

        Raises:
            ValueError: nothing of any row is learnt; of a padded one nothing is, or its first token.
        """
        if "tokens" in data.sequences:
            return self._rows(data.sequences["tokens"], data.sequences.get("answer"))
        tokens, answer = sequences(data)
        ends = sequence_ends(tokens, answer).tolist()
        rows = (row[:end] for row, end in zip(tokens, ends, strict=True))
        marks = (row[:end] for row, end in zip(answer, ends, strict=True))
        return self._rows(Sequences.of(rows), Sequences.of(marks, torch.bool))

    def _rows(self, tokens: Sequences, learnt: Sequences | None) -> TokenRows:
        return TokenRows(tokens, learnt, np.arange(len(tokens)), self.most, self.cut).that_learn()

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
