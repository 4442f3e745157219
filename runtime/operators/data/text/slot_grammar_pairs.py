"""Pairs of sentences of a slot grammar, whose similarity is known."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operator import Role, Unlabelled, operator
from heldout.runtime.operators.data.text._slot_grammar import (
    FUNCTION_WORDS,
    SLOTS,
    SPECIAL_TOKENS,
    SlotGrammar,
    similarities,
    slot_grammar,
)
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Count = Annotated[int, Field(ge=1)]


class SlotGrammarPairs(NamedTuple):
    corpus: Annotated[Dataset, Role.TRAIN, Unlabelled(), Of("pairs")]
    train: Annotated[Dataset, Role.TRAIN, Unlabelled(), Of("pairs")]
    test: Annotated[Dataset, Role.TEST, Of("pairs")]
    shifted: Annotated[Dataset, Role.TEST, Of("pairs")]


@operator(seconds=0.5)
def slot_grammar_pairs(
    *,
    corpus_pairs: Count = 4000,
    train_pairs: Count = 1500,
    test_pairs: Count = 500,
    num_concepts: Annotated[int, Field(ge=2)] = 6,
    num_synonyms: Annotated[int, Field(ge=2, le=26, multiple_of=2)] = 4,
    num_topics: Count = 8,
    sharpness: Annotated[float, Field(ge=0)] = 1.5,
    seed: int = 0,
) -> SlotGrammarPairs:
    """Pairs of sentences whose similarity is known, and given for the tests alone.

    A sentence has five slots (time, person, action, thing, place). A slot holds a concept, a
    concept is written as one of its synonyms, and one of three templates sets the words in
    order, one of them in the passive. How alike two sentences are is the share of slots with the
    same concept, whatever words and templates say them. The second sentence of a pair keeps 0 to
    5 of the concepts of the first, each number as often. Two things let a language model learn
    what words are synonyms: topics prefer concepts, and sentences that follow each other in the
    corpus, which are such pairs too, speak of the same concepts.

    Differs from the paper: it is of no paper; STS asks people how alike two sentences are.

    Args:
        corpus_pairs: sentences that follow each other, for a language model.
        train_pairs: to distil on.
        test_pairs: of each test.
        num_concepts: that a slot chooses from.
        num_synonyms: words of a concept. The second half of them is shifted vocabulary: it is in
            the corpus and in the shifted test, and in nothing else.
        num_topics: of sentences.
        sharpness: of the topics' preferences: softmax(sharpness * standard normal).
        seed: of the grammar, the sentences and the pairs.

    Returns:
        corpus: pairs with all words, without labels.
        train: pairs without labels, with the first half of the synonyms.
        test: pairs with the same words; `label` is the similarity in [0, 1].
        shifted: pairs with the other half of the synonyms, labelled too.
            All have tensors `tokens_a` and `tokens_b` [rows, 7], right-padded with 0, and columns
            `text_a` and `text_b`; notes hold `vocabulary` and `special_tokens`, of which the
            sentences have none.
    """
    grammar = slot_grammar(num_concepts, num_synonyms, num_topics, sharpness, numpy_stream(seed, "grammar"))
    half = num_synonyms // 2
    usual, shifted, every = range(half), range(half, num_synonyms), range(num_synonyms)

    def pairs(name: str, count: int, synonyms: range) -> Dataset:
        return _pairs(grammar, name, count, synonyms, numpy_stream(seed, name))

    return SlotGrammarPairs(
        pairs("corpus", corpus_pairs, every),
        pairs("train", train_pairs, usual),
        pairs("test", test_pairs, usual),
        pairs("shifted", test_pairs, shifted),
    )


def _pairs(
    grammar: SlotGrammar, name: str, count: int, synonyms: range, draw: np.random.Generator
) -> Dataset:
    meanings = grammar.meanings(count, draw)
    others = grammar.changed(meanings, draw.integers(len(SLOTS) + 1, size=count), draw)
    texts = [[grammar.sentence(m, synonyms, draw) for m in side] for side in (meanings, others)]
    columns = {
        "id": [f"{name}-{row:05d}" for row in range(count)],
        "label": similarities(meanings, others),
        "text_a": texts[0],
        "text_b": texts[1],
    }
    tokens = {f"tokens_{side}": _tokens(grammar, t) for side, t in zip("ab", texts, strict=True)}
    notes = {"vocabulary": list(grammar.vocabulary), "special_tokens": SPECIAL_TOKENS}
    return Dataset(pa.table(columns), tokens, notes=notes)


def _tokens(grammar: SlotGrammar, texts: Sequence[str]) -> Tensor:
    known = {word: token for token, word in enumerate(grammar.vocabulary)}
    longest = len(SLOTS) + len(FUNCTION_WORDS)
    rows = [[known[word] for word in text.split()] for text in texts]
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows])
