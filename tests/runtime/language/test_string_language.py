import numpy as np
import pytest

from heldout.runtime.language.string_language import (
    LETTERS,
    SKILLS,
    VOCABULARY,
    letter_odds,
    phrase,
    read_out,
    words,
)


@pytest.mark.parametrize(
    ("skill", "expected"),
    [
        ("say", "abt"),
        ("reverse", "tba"),
        ("rotate", "bta"),
        ("swap", "bat"),
        ("shift", "bca"),
        ("unshift", "tas"),
        ("complement", "tsa"),
        ("first", "aaa"),
        ("last", "ttt"),
    ],
)
def test_what_each_skill_makes_of_abt(skill, expected):
    word = np.array([[LETTERS.index(letter) for letter in "abt"]])
    assert "".join(LETTERS[letter] for letter in SKILLS[skill](word)[0]) == expected


def test_a_phrase_has_names_before_words():
    names = np.array([[0, 1]])
    tokens = phrase(names, [np.array([[0, 1]]), np.array([[2, 3]])])
    assert [VOCABULARY[t] for t in tokens[0]] == ["<say>", "a", "b", "<reverse>", "c", "d"]
    assert read_out([*tokens[0], 1, 0]) == "<say> ab <reverse> cd <eos>"


def test_odds_are_probabilities_of_the_language_alone():
    begins, follows = letter_odds(0)
    assert begins.sum(-1) == pytest.approx(np.ones(len(SKILLS)))
    assert follows.sum(-1) == pytest.approx(np.ones((len(SKILLS), len(LETTERS))))
    assert np.array_equal(letter_odds(0)[1], follows)
    assert not np.array_equal(letter_odds(1)[1], follows)


def test_letters_come_as_often_as_the_odds_say():
    names = np.full(20000, 3)
    drawn = words(names, 2, language=0, random=np.random.default_rng(0))
    begins, follows = letter_odds(0)
    seen = np.bincount(drawn[:, 0], minlength=len(LETTERS)) / len(names)
    # Twenty shares of 20,000 draws: each has a standard error of at most 0.0036.
    assert seen == pytest.approx(begins[3], abs=0.018)
    usual = begins[3].argmax()
    after = drawn[drawn[:, 0] == usual, 1]
    seen = np.bincount(after, minlength=len(LETTERS)) / len(after)
    assert seen == pytest.approx(follows[3, usual], abs=0.05)
