import numpy as np

from heldout.runtime.images.captions import OPENINGS, class_column, written

WORDS = {"colour": ["red", "blue"] * 500, "shape": ["star", "bar"] * 500}


def test_nothing_left_out_says_every_word_in_order():
    captions = written(WORDS, 0.0, np.random.default_rng(0))
    assert {
        c.removeprefix(max((o for o in OPENINGS if c.startswith(o + " ")), key=len)) for c in captions
    } == {
        " red star",
        " blue bar",
    }


def test_a_share_of_the_attributes_is_left_out_and_the_shape_never():
    captions = written(WORDS, 0.3, np.random.default_rng(0))
    said = np.mean([("red" in c) or ("blue" in c) for c in captions])
    assert abs(said - 0.7) < 4 * np.sqrt(0.3 * 0.7 / 1000)  # four standard errors
    assert all(c.endswith(("star", "bar")) for c in captions)


def test_classes_are_all_compositions_and_labels_point_to_their_names():
    vocabulary = {"colour": ["red", "green", "blue"], "shape": ["star", "bar"]}
    labels, names = class_column(WORDS, vocabulary, ["shape", "colour"])
    assert names == ("star red", "star green", "star blue", "bar red", "bar green", "bar blue")
    assert [names[label] for label in labels[:2]] == ["star red", "bar blue"]
