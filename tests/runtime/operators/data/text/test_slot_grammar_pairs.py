import re

from heldout.runtime.operators.data.text.slot_grammar_pairs import slot_grammar_pairs

SMALL = {"corpus_pairs": 20, "train_pairs": 30, "test_pairs": 40}


def words(data):
    texts = data.rows["text_a"].to_pylist() + data.rows["text_b"].to_pylist()
    return {word for text in texts for word in text.split()} - {"was", "by"}


def synonyms(data):
    return {word[-1] for word in words(data)}


def test_labels_are_the_share_of_concepts_that_both_sentences_have():
    test = slot_grammar_pairs(**SMALL).test
    for row in test.rows.to_pylist():
        concepts = [set(re.findall(r"[a-z]+\d", row[f"text_{side}"])) for side in "ab"]
        assert row["label"] == len(concepts[0] & concepts[1]) / 5


def test_only_tests_have_labels():
    made = slot_grammar_pairs(**SMALL)
    assert all("label" in data.rows.column_names for data in (made.test, made.shifted))


def test_the_shifted_words_are_in_the_corpus_and_the_shifted_test_alone():
    made = slot_grammar_pairs(**SMALL)
    assert synonyms(made.train) == synonyms(made.test) == {"a", "b"}
    assert synonyms(made.shifted) == {"c", "d"}
    assert synonyms(made.corpus) == {"a", "b", "c", "d"}


def test_tokens_are_the_words_of_the_text():
    train = slot_grammar_pairs(**SMALL).train
    vocabulary = train.notes["vocabulary"]
    for row, tokens in zip(train.rows["text_b"].to_pylist(), train.tensors["tokens_b"].tolist(), strict=True):
        assert [vocabulary[token] for token in tokens if token] == row.split()


def test_another_seed_gives_other_pairs():
    one, other = (slot_grammar_pairs(**SMALL, seed=seed).train for seed in (0, 1))
    assert one.rows["text_a"].to_pylist() != other.rows["text_a"].to_pylist()
