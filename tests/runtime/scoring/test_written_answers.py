from decimal import Decimal

import pytest

from heldout.runtime.scoring.written_answers import extracted, normalised, number_in


def test_words_are_normalised_as_squad_does():
    assert normalised("  The  Cat's, a hat! ", "words") == "cats hat"
    assert normalised(" The  Cat ", "space") == "The Cat"
    assert normalised(" The ", "none") == " The "


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234.50 or so", "1234.5"), ("from 3 to -4.", "-4"), ("none", None), ("x=.5", "0.5"), ("72.", "72")],
)
def test_the_last_number_counts(text, number):
    assert number_in(text) == (None if number is None else Decimal(number))


def test_the_last_match_is_whole():
    assert extracted(["12 and 72", "é 5 é 618 é"], "(?P<answer>[0-9]+)", "last") == ["72", "618"]
    assert extracted(["12 and 72", "x"], "(?P<answer>[0-9]+)", "first") == ["12", None]
    assert extracted(["ab"], "(?P<answer>c*)", "last") == [""]


def test_no_pattern_takes_longer_than_the_text_is_long():
    # Python's own engine would take 2^n steps, and the test would never end.
    assert extracted(["a" * 5000 + "b"], "^(?P<answer>(?:a+)+)$", "first") == [None]
