from heldout.runtime.results.text import one_line, printable


def test_what_cannot_be_shown_is_replaced_and_lines_stay():
    assert printable("a\0b\x1b[31m\x85\ud800\ufffe\u202e\nc\td") == "a�b�[31m����\nc\td"
    assert printable("größe ≥ 1 👩\u200d🔬") == "größe ≥ 1 👩\u200d🔬"


def test_breaks_become_spaces():
    assert one_line("first\r\nsecond\u2028third\tfourth") == "first second third fourth"
