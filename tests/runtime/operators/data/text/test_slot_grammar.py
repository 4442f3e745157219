import numpy as np

from heldout.runtime.operators.data.text._slot_grammar import SLOTS, SlotGrammar, similarities, slot_grammar
from heldout.runtime.randomness import numpy_stream

# Two topics; each has concept 0 alone, or concept 1 alone, in all slots.
SURE = SlotGrammar(2, 2, np.array([[[1.0, 0.0]] * 5, [[0.0, 1.0]] * 5]))


def test_words_come_after_those_of_templates_slot_by_slot():
    assert SURE.vocabulary[:8] == ("<pad>", "<cls>", "<sep>", "<mask>", "was", "by", "time0a", "time0b")
    assert len(SURE.vocabulary) == 4 + 2 + 5 * 2 * 2


def test_a_topic_has_the_concepts_that_it_prefers():
    meanings = SURE.meanings(50, numpy_stream(0, "test"))
    assert {tuple(m) for m in meanings.tolist()} == {(0,) * 5, (1,) * 5}


def test_as_many_slots_are_kept_as_asked_and_the_others_change():
    grammar = slot_grammar(4, 2, 3, 1.0, numpy_stream(0, "grammar"))
    meanings = grammar.meanings(60, numpy_stream(0, "meanings"))
    kept = np.arange(60) % 6
    changed = grammar.changed(meanings, kept, numpy_stream(0, "changed"))
    assert ((meanings == changed).sum(axis=1) == kept).all()
    np.testing.assert_allclose(similarities(meanings, changed), kept / 5)


def test_a_sentence_has_one_word_of_every_slot_with_the_synonyms_asked_for():
    text = SURE.sentence(np.array([0, 1, 0, 1, 0]), range(1, 2), numpy_stream(0, "sentence"))
    words = [word for word in text.split() if word not in ("was", "by")]
    assert sorted(words) == sorted(f"{slot}{c}b" for slot, c in zip(SLOTS, (0, 1, 0, 1, 0), strict=True))
