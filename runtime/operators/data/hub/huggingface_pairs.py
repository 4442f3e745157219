"""Pairs of sentences of the Hugging Face hub, in tokens of a model."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from tokenizers import Tokenizer
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import texts
from heldout.runtime.hub.dataset import DATA_FILES, opened
from heldout.runtime.hub.snapshot import Commit, Repository, snapshot
from heldout.runtime.hub.tokenizer import hub_tokenizer, in_tokens
from heldout.runtime.operator import Apart, Role, Unlabelled, operator
from heldout.runtime.rows.columns import known_columns, said_of
from heldout.runtime.subtype import Of

NAMES = {  # of the tokens that are no words: BERT's, RoBERTa's, this project's own
    "padding": ("[PAD]", "<pad>"),
    "first": ("[CLS]", "<s>", "<cls>"),
    "separator": ("[SEP]", "</s>", "<sep>"),
    "mask": ("[MASK]", "<mask>"),
}


class PairTask(NamedTuple):
    train: Annotated[Dataset, Role.TRAIN, Unlabelled(), Of("pairs")]
    test: Annotated[Dataset, Role.TEST, Of("pairs")]


@operator(network=True, seconds=60.0)
def huggingface_pairs(
    tokenizer: Model,
    *,
    repository: Repository,
    revision: Commit,
    sentences: tuple[str, str] = ("sentence1", "sentence2"),
    label: Annotated[str, Apart("sentences")] = "score",
    configuration: str | None = None,
    train_split: str = "train",
    test_split: str = "test",
    max_tokens: Annotated[int, Field(ge=1)] = 30,
    files: set[str] | None = None,
) -> PairTask:
    """A hub dataset of sentence pairs with a graded label: its training pairs without, its test with.

    Args:
        tokenizer: a model as `fetch/model` brings it, with a `tokenizer.json`.
        repository: `owner/name` of the dataset on the hub.
        revision: its commit, 40 hexadecimal digits.
        sentences: the columns of the two sentences.
        label: column of the label, a number; it is read of the test split alone.
        configuration: where the dataset has several.
        train_split: as the dataset names it.
        test_split: one with labels.
        max_tokens: of a sentence, which beyond that loses its end.
        files: shell patterns of the files to download; without them all data files.

    Returns:
        train and test: tensors `tokens_a` and `tokens_b`, right-padded with the model's own
            padding; columns `id`, `text_a`, `text_b`, and of the test `label` (float64). Notes
            hold `vocabulary` and `special_tokens`.

    Raises:
        ValueError: the model has no tokenizer or one without special tokens, or a column is not
            there or lacks values.
    """
    words = hub_tokenizer(tokenizer.files)
    special = _special_tokens(words)
    by_token = sorted(words.get_vocab().items(), key=lambda item: item[1])
    notes = {"vocabulary": [word for word, _ in by_token], "special_tokens": special}
    found = snapshot(repository, revision, "dataset", files or DATA_FILES)

    def part(split: str, columns: list[str]) -> Dataset:
        with said_of(f"{repository}, split {split}"):
            with opened(found, configuration, split) as data:
                table = data.table()
                ids = data.names(np.arange(len(table)))
            known_columns(table, columns)
        both = [texts(table[name]) for name in sentences]
        made: dict[str, list[Any]] = {
            "id": ids,
            "text_a": both[0],
            "text_b": both[1],
        }
        if label in columns:
            made["label"] = [float(value) for value in table[label].to_numpy()]
        tokens = {
            f"tokens_{side}": _tokens(words, side_sentences, special["padding"], max_tokens)
            for side, side_sentences in zip("ab", both, strict=True)
        }
        return Dataset(pa.table(made), tokens, notes=notes)

    return PairTask(part(train_split, [*sentences]), part(test_split, [*sentences, label]))


def _special_tokens(words: Tokenizer) -> dict[str, int]:
    found = {"separators": words.num_special_tokens_to_add(True) - 2}
    for role, names in NAMES.items():
        known = [token for name in names if (token := words.token_to_id(name)) is not None]
        if not known:
            raise ValueError(f"the tokenizer has no {role} token: none of {', '.join(names)}")
        found[role] = known[0]
    return found


def _tokens(words: Tokenizer, sentences: list[str], padding: int, max_tokens: int) -> Tensor:
    with in_tokens():
        found = words.encode_batch(sentences, add_special_tokens=False)
    rows = [one.ids[:max_tokens] for one in found]
    longest = max(map(len, rows))
    return torch.tensor([row + [padding] * (longest - len(row)) for row in rows])
