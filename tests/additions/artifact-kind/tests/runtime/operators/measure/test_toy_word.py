from heldout.runtime.artifacts.toy import Toy
from heldout.runtime.operators.measure.toy_word import toy_word


def test_the_word_that_was_given():
    assert toy_word(word="other") == Toy("other")
