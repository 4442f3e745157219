"""Texts to tokens and back, by the tokenizer that a causal model came with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heldout.runtime.asking.prompts import Prompt
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens


@dataclass(frozen=True)
class TextTokens:
    """A tokenizer, and what its model's files say of chats.

    Attributes:
        words: a `tokenizers.Tokenizer`.
        begin: the special tokens that stand before every text.
        chat_template: in Jinja; None where the files have none.
        named: the special tokens by their names, such as `bos_token`, for the template.
    """

    words: Any
    begin: tuple[int, ...]
    chat_template: str | None
    named: Mapping[str, str]

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "TextTokens":
        """The tokenizer of a model's files.

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
        template = _object(files, "chat_template.json").get("chat_template", settings.get("chat_template"))
        if isinstance(template, list):  # several by name
            template = {one["name"]: one["template"] for one in template}.get("default")
        named = {
            name: value["content"] if isinstance(value, dict) else value
            for name, value in settings.items()
            if name in ("bos_token", "eos_token", "pad_token", "unk_token") and value is not None
        }
        return cls(words, tuple(begin), template if isinstance(template, str) else None, named)

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
        if self.chat_template is None:
            raise ValueError("the model has no chat template: its tokenizer_config.json names none")
        from jinja2 import TemplateError
        from transformers.utils.chat_template_utils import render_jinja_template

        named: dict[str, Any] = dict(self.named)
        try:
            rendered: Any = render_jinja_template(
                [prompt.messages()],
                chat_template=self.chat_template,
                add_generation_prompt=True,
                **named,
            )
        except (TemplateError, TypeError) as error:
            raise ValueError(f"the model's chat template cannot write the prompt: {error}") from error
        return str(rendered[0][0])

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


def _object(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        return {}
    try:
        found = json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} holds no JSON: {error}") from error
    return found if isinstance(found, dict) else {}
