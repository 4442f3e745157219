def test_a_word_is_said(heldout):
    assert heldout("toy").out == "a word\n"
