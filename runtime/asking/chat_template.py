"""Conversations as texts, by a chat template, and what of such a text is learnt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from heldout.runtime.rows.conversations import Message

MOST_LETTERS = 1 << 26  # of a conversation as text
STAND_IN = "\ufdd2"  # a letter that Unicode does not have


class Span(NamedTuple):
    """A part of a text that is learnt.

    Attributes:
        start: of its first letter.
        end: behind its last letter.
        last: up to where the special token that ends it may reach.
        asked: what stands before it is what the model reads when it is asked for it.
    """

    start: int
    end: int
    last: int
    asked: bool = True


@dataclass(frozen=True)
class ChatTemplate:
    """A template in Jinja, as `tokenizer_config.json` and `chat_template.jinja` hold them.

    It runs in a sandbox, as in transformers: no attribute that leads out, nothing that changes what it is
    given. It is told that today is the 26th of July 2024, so that a text is the same whenever it is written.

    Attributes:
        source: of the template.
        named: the special tokens by their names, such as `bos_token`.
    """

    source: str
    named: Mapping[str, str]

    def text(self, messages: Sequence[Message], ask: bool = False) -> str:
        """A conversation as the model reads it.

        Args:
            messages: of it.
            ask: up to where the assistant's answer to them begins.

        Raises:
            ValueError: the template cannot write it, or writes too much.
        """
        text, _ = self._marked(messages, ask)
        return text

    def learnt(self, messages: Sequence[Message], roles: Collection[str]) -> tuple[str, list[Span]]:
        """A conversation as text, and where in it stands what some roles say.

        Where the template marks what the assistant says (`{% generation %}`) and that alone is learnt, the
        marks say it. Else a message is found by writing the conversation with another content in its place:
        what the two texts share before and behind is not it. An assistant's message begins where the prompt
        for it ends (the conversation before it, up to where an answer begins), as when the model is asked;
        where a template writes earlier turns in another way than later ones, with its content.

        Returns:
            the text, and a span for each message that is learnt, in their order.

        Raises:
            ValueError: the template cannot write it, or writes a content in no place or in several.
        """
        whole, marks = self._marked(messages, False)
        if marks and set(roles) == {"assistant"}:
            return whole, [Span(start, end, end) for start, end in marks]
        return whole, [
            self._span(whole, messages, place) for place, one in enumerate(messages) if one.role in roles
        ]

    def _span(self, whole: str, messages: Sequence[Message], place: int) -> Span:
        other = [*messages[:place], messages[place]._replace(content=STAND_IN), *messages[place + 1 :]]
        text = self.text(other)
        start = text.find(STAND_IN)
        behind = text[start + 1 :]
        end = len(whole) - len(behind)
        if start < 0 or not whole.startswith(text[:start]) or end < start or not whole.endswith(behind):
            raise ValueError(
                f"the chat template does not write what message {place} (from 0) says in one place, so that "
                "it cannot be told what is learnt; give another `chat_template`, or one with {% generation %}"
            )
        last = len(whole)
        if place + 1 < len(messages):
            until = self._text_if_possible(messages[: place + 1], ask=False)
            last = len(until) if until is not None and whole.startswith(until) else last
        if messages[place].role == "assistant" and place:
            asked = self._text_if_possible(messages[:place], ask=True)
            if asked is None or not text[:start].startswith(asked):
                return Span(start, end, max(last, end), asked=False)
            start = len(asked)
        return Span(start, end, max(last, end))

    def _text_if_possible(self, messages: Sequence[Message], ask: bool) -> str | None:
        """None where the template refuses a conversation that ends so."""
        try:
            return self.text(messages, ask)
        except ValueError:
            return None

    def _marked(self, messages: Sequence[Message], ask: bool) -> tuple[str, list[tuple[int, int]]]:
        from heldout.runtime.asking.template_sandbox import (
            BEGIN,
            END,
            compiled,
        )  # jinja2 only where chats are

        if any({BEGIN, END, STAND_IN} & set(one.content) for one in messages if one.content != STAND_IN):
            raise ValueError("a message holds U+FDD0, U+FDD1 or U+FDD2, which are no letters")
        parts, length = [], 0
        try:
            written = compiled(self.source).generate(
                messages=[one._asdict() for one in messages],
                tools=None,
                documents=None,
                add_generation_prompt=ask,
                **self.named,
            )
            for part in written:
                parts.append(part)
                length += len(part)
                if length > MOST_LETTERS:
                    raise ValueError(f"it writes more than {MOST_LETTERS} letters")
        except Exception as error:  # what a stranger's template raises is of any kind
            raise ValueError(f"the chat template cannot write the conversation: {error}") from error
        pieces = "".join(parts).replace(END, BEGIN).split(BEGIN)
        ends = [0]
        for piece in pieces:
            ends.append(ends[-1] + len(piece))
        return "".join(pieces), [(ends[n], ends[n + 1]) for n in range(1, len(pieces), 2)]
