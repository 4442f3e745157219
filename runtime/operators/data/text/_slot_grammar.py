"""A grammar of sentences with slots: what a sentence means is known, and so is how alike two are."""

from dataclasses import dataclass

import numpy as np

SLOTS = ("time", "person", "action", "thing", "place")
TEMPLATES = (
    "{time} {person} {action} {thing} {place}",
    "{person} {action} {thing} {place} {time}",
    "{thing} was {action} by {person} {place} {time}",
)
SPECIAL_WORDS = ("<pad>", "<cls>", "<sep>", "<mask>")
SPECIAL_TOKENS = {"padding": 0, "first": 1, "separator": 2, "mask": 3, "separators": 1}
FUNCTION_WORDS = ("was", "by")


@dataclass(frozen=True)
class SlotGrammar:
    """Slots that hold concepts, concepts that have synonyms, topics that prefer concepts.

    Attributes:
        num_concepts: that a slot chooses from.
        num_synonyms: words of a concept; the word is written `person3b`, which is synonym b of
            the slot's concept 3.
        preference: how often a topic has a concept in a slot, [topics, slots, concepts]. It is
            all that tells words of one slot apart, and the same for synonyms.
    """

    num_concepts: int
    num_synonyms: int
    preference: np.ndarray

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """All words, by their token: special ones, those of templates, those of slots."""
        own = [
            self.word(slot, concept, synonym)
            for slot in range(len(SLOTS))
            for concept in range(self.num_concepts)
            for synonym in range(self.num_synonyms)
        ]
        return (*SPECIAL_WORDS, *FUNCTION_WORDS, *own)

    def word(self, slot: int, concept: int, synonym: int) -> str:
        return f"{SLOTS[slot]}{concept}{chr(ord('a') + synonym)}"

    def meanings(self, count: int, draw: np.random.Generator) -> np.ndarray:
        """A concept for every slot, [count, slots], each row of a topic drawn at random."""
        topic = draw.integers(len(self.preference), size=count)
        return _choices(self.preference[topic], draw)

    def changed(self, meanings: np.ndarray, kept: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        """Meanings with the same concepts in some slots, drawn at random, and others elsewhere.

        Args:
            meanings: [count, slots].
            kept: in how many slots, [count].
            draw: of the slots, topics and concepts.
        """
        topic = draw.integers(len(self.preference), size=len(meanings))
        others = self.preference[topic]
        np.put_along_axis(others, meanings[:, :, None], 0, axis=2)
        drawn = _choices(others / others.sum(axis=2, keepdims=True), draw)
        rank = draw.random(meanings.shape).argsort(axis=1).argsort(axis=1)
        return np.where(rank < kept[:, None], meanings, drawn)

    def sentence(self, meaning: np.ndarray, synonyms: range, draw: np.random.Generator) -> str:
        """One of the ways to say a meaning: a template and, for every slot, one of these synonyms."""
        template = TEMPLATES[draw.integers(len(TEMPLATES))]
        chosen = draw.integers(synonyms.start, synonyms.stop, len(SLOTS))
        words = {name: self.word(slot, meaning[slot], chosen[slot]) for slot, name in enumerate(SLOTS)}
        return template.format(**words)


def slot_grammar(
    num_concepts: int, num_synonyms: int, num_topics: int, sharpness: float, draw: np.random.Generator
) -> SlotGrammar:
    """A grammar whose topics' preferences are drawn: softmax(sharpness * standard normal)."""
    logits = sharpness * draw.standard_normal((num_topics, len(SLOTS), num_concepts))
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    return SlotGrammar(num_concepts, num_synonyms, weights / weights.sum(axis=2, keepdims=True))


def similarities(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How alike meanings are, both [count, slots]: the share of equal slots, [count], in [0, 1]."""
    shared: np.ndarray = (some == others).mean(axis=1)
    return shared


def _choices(probabilities: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """One of the last axis's positions each, by its probability."""
    passed = draw.random((*probabilities.shape[:-1], 1)) > probabilities.cumsum(axis=-1)
    chosen: np.ndarray = np.minimum(passed.sum(axis=-1), probabilities.shape[-1] - 1)
    return chosen
