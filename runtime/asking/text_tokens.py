"""Texts to tokens and back, by the tokenizer that a causal model came with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heldout.runtime.asking.chat_template import ChatTemplate
from heldout.runtime.asking.prompts import Prompt
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.rows.conversations import Message

JINJA = "chat_template.jinja"
# What of a model's files says how it reads and ends texts.
FILES = frozenset(
    {
        *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
        *("chat_template.json", "generation_config.json", JINJA),
    }
)


@dataclass(frozen=True)
class TextTokens:
    """A tokenizer, and what its model's files say of chats.

    Attributes:
        words: a `tokenizers.Tokenizer`.
        begin: the special tokens that stand before every text.
        template: of chats; None where the files have none.
        special: the ids of special tokens.
    """

    words: Any
    begin: tuple[int, ...]
    template: ChatTemplate | None
    special: frozenset[int]

    @classmethod
    def of(cls, files: Mapping[str, bytes], chat_template: str | None = None) -> "TextTokens":
        """The tokenizer of a model's files.

        Args:
            files: of the model, by name.
            chat_template: in place of the files' own.

        Raises:
            ValueError: there is none, or its settings are no JSON.
        """
        words = hub_tokenizer(files)
        with in_tokens():
            probe = words.encode("a")
        begin = []
        for token, special in zip(probe.ids, probe.special_tokens_mask, strict=True):
            if not special:
                break
            begin.append(token)
        settings = _object(files, "tokenizer_config.json")
        named = {
            name: value["content"] if isinstance(value, dict) else value
            for name, value in settings.items()
            if name in ("bos_token", "eos_token", "pad_token", "unk_token") and value is not None
        }
        source = _template(files, settings) if chat_template is None else chat_template
        special = {one for one, token in words.get_added_tokens_decoder().items() if token.special}
        template = None if source is None else ChatTemplate(source, named)
        return cls(words, tuple(begin), template, frozenset(special))

    @property
    def chats(self) -> ChatTemplate:
        """The template of chats.

        Raises:
            ValueError: there is none.
        """
        if self.template is None:
            raise ValueError(
                f"the model has no chat template: neither its tokenizer_config.json nor {JINJA} holds one; "
                "give `chat_template`"
            )
        return self.template

    def tokens(self, text: str) -> list[int]:
        """A text in tokens, without the special tokens that stand around it.

        Raises:
            ValueError: the tokenizer cannot write it.
        """
        with in_tokens():
            found: list[int] = self.words.encode(text, add_special_tokens=False).ids
        return found

    def prompt(self, prompt: Prompt, chat: bool, delimiter: str, separator: str) -> str:
        """A prompt as the model reads it; of a chat up to where its answer begins.

        Raises:
            ValueError: a chat is asked for and the model has no template, or the template refuses it.
        """
        if not chat:
            return prompt.text(delimiter, separator)
        messages = [Message(**one) for one in prompt.messages()]
        return self.chats.text(messages, ask=True)

    def before(self, text: str, chat: bool) -> list[int]:
        """A prompt in tokens; a chat's template has written the special tokens that stand before it."""
        return self.tokens(text) if chat else [*self.begin, *self.tokens(text)]

    def after(self, prompt: str, answer: str, chat: bool) -> tuple[list[int], list[int]]:
        """A prompt and an answer in tokens: what both together are, cut where the prompt ends.

        As lm-evaluation-harness's `_encode_pair`: white space at the end of the prompt goes to the
        answer, since tokenizers join it to the word that follows.

        Raises:
            ValueError: the prompt or the answer is empty.
        """
        kept = prompt.rstrip()
        before = self.before(kept, chat)
        whole = self.before(prompt + answer, chat)
        if not before or not whole[len(before) :]:
            raise ValueError(f"an answer needs a token, and one before it: {prompt[-40:]!r}, {answer[:40]!r}")
        return before, whole[len(before) :]

    def text(self, tokens: Sequence[int]) -> str:
        """Tokens as a text, without special tokens."""
        return str(self.words.decode(list(tokens), skip_special_tokens=True))


def _template(files: Mapping[str, bytes], settings: Mapping[str, Any]) -> str | None:
    """A file of the template's own goes before the settings that name one, as in transformers."""
    if JINJA in files:
        try:
            return files[JINJA].decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"{JINJA} is no UTF-8: {error.reason} at byte {error.start}") from error
    found = _object(files, "chat_template.json").get("chat_template", settings.get("chat_template"))
    if isinstance(found, list):  # several by name
        found = {one["name"]: one["template"] for one in found}.get("default")
    return found if isinstance(found, str) else None


def _object(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        return {}
    try:
        found = json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} holds no JSON: {error}") from error
    return found if isinstance(found, dict) else {}
