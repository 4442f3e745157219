"""A tokenizer that gives each word one token, in the hub's format."""

import json
import re
from collections.abc import Iterable

PADDING, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"
SPECIAL = (PADDING, UNKNOWN, START, END)


def word_tokenizer(texts: Iterable[str]) -> dict[str, bytes]:
    """The tokenizer files of a model that knows the words of some texts.

    Words are lower-case runs of letters and digits, and runs of punctuation; their ids follow
    those of `SPECIAL`, in alphabetical order. A text is put between `<start>` and `<end>`.

    Returns:
        `tokenizer.json` and `tokenizer_config.json`, as `AutoTokenizer.from_pretrained` reads them.
    """
    words = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]+", text.lower())})
    ids = {word: position for position, word in enumerate((*SPECIAL, *words))}
    special = [
        {
            "id": ids[word],
            "content": word,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for word in SPECIAL
    ]
    around = [{"SpecialToken": {"id": word, "type_id": 0}} for word in (START, END)]
    text = {"Sequence": {"id": "A", "type_id": 0}}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [around[0], text, around[1]],
            "pair": [around[0], text, around[1]],
            "special_tokens": {
                word: {"id": word, "ids": [ids[word]], "tokens": [word]} for word in (START, END)
            },
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": UNKNOWN},
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": PADDING,
        "unk_token": UNKNOWN,
        "bos_token": START,
        "eos_token": END,
    }
    return {
        "tokenizer.json": json.dumps(tokenizer, indent=1).encode(),
        "tokenizer_config.json": json.dumps(config, indent=1).encode(),
    }
