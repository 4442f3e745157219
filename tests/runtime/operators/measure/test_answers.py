import pyarrow as pa
import pytest

from heldout.runtime.artifacts import Dataset
from heldout.runtime.operators.measure.answers import answers
from tests.fixtures.questions import with_choices, with_free_answers

SAID = ["The Green.", "deep blue", "It is red, or 7", ""]


def written(data=None, said=SAID):
    data = with_free_answers() if data is None else data
    return Dataset(data.rows.append_column("text", pa.array(said)), classes=data.classes)


def tiny(tmp_path, hub):
    return {"records": written()}


def numbers(golds, said):
    rows = {"id": [str(n) for n in range(len(golds))], "label": pa.array(range(len(golds)), pa.int64())}
    return Dataset(pa.table(rows | {"text": said}), classes=tuple(golds))


def column(scored, name):
    return scored.records.rows[name].to_pylist()


def test_each_rule_by_hand():
    # Right are green, deep blue, red and red.
    scored = answers(written())
    assert column(scored, "exact") == [1, 1, 0, 0]
    assert column(scored, "contains") == [1, 1, 1, 0]
    assert column(scored, "number") == [0, 0, 0, 0]  # no right answer is a number
    assert column(scored, "found") == [1, 1, 1, 1]
    assert scored.table.scalar("exact") == 0.5
    assert scored.table.scalar("contains") == 0.75
    by = {(row["group"], row["metric"]): row["value"] for row in scored.by_domain.rows.to_pylist()}
    # Rows 0 and 2 are of grass, 1 and 3 of the sky.
    assert (by["grass", "exact"], by["sky", "exact"], by["grass", "contains"]) == (0.5, 0.5, 1.0)


@pytest.mark.parametrize(("how", "exact"), [("words", [1, 1, 1]), ("space", [0, 1, 0]), ("none", [0, 0, 0])])
def test_texts_are_compared_as_the_study_says(how, exact):
    data = numbers(["green", "deep blue", "red sky"], ["Green", "deep  blue ", "a red, sky!"])
    assert column(answers(data, normalise=how), "exact") == exact


def test_numbers_are_equal_as_numbers():
    golds = ["72", "1,000", "0.50", "-3", "18"]
    said = ["it makes 70 + 2 = 72.0", "1000 of them", "a half, .5", "3", "none"]
    assert column(answers(numbers(golds, said)), "number") == [1, 1, 1, 0, 0]


def test_a_pattern_says_what_the_answer_is():
    said = ["#### 5\n#### 72", "no answer", "#### 8 ####"]
    about = {"pattern": r"#### (?P<answer>-?[0-9]+)", "normalise": "none"}
    first = answers(numbers(["5", "6", "8"], said), **about)
    assert column(first, "answer") == ["5", None, "8"]
    assert column(first, "exact") == [1, 0, 1]
    assert column(first, "found") == [1, 0, 1]
    assert column(answers(numbers(["72", "6", "8"], said), which="last", **about), "exact") == [1, 0, 1]


def test_letters_are_right_where_the_study_asks_for_letters():
    # Right are A, A, B and D.
    scored = answers(written(with_choices(), ["A", "B", "b.", "D"]), right="letter", normalise="words")
    assert column(scored, "exact") == [1, 0, 1, 1]


def test_an_answer_of_which_nothing_would_be_left_is_compared_as_it_is():
    # The letter A is an article too; else an empty text would equal it.
    said = ["", " A ", "the", "A green"]
    scored = answers(numbers(["A", "a", "The", "A"], said))
    assert column(scored, "exact") == [0, 0, 0, 0]
    assert column(scored, "contains") == [0, 0, 0, 1]
    assert column(answers(numbers(["A", "!"], ["A", "!"])), "exact") == [1, 1]


def test_says_what_is_wrong():
    with pytest.raises(ValueError, match="no texts to score"):
        answers(with_free_answers())
    with pytest.raises(ValueError, match="needs a group"):
        answers(written(), pattern="[0-9]+")
    with pytest.raises(ValueError, match="is none of RE2"):
        answers(written(), pattern=r"(?P<answer>a)(?=b)")
    with pytest.raises(ValueError, match="letters where there are choices"):
        answers(written(), right="letter")
