import pytest

from heldout.runtime.operators.data.text.string_skills import string_skills


def tiny(tmp_path, hub):
    return {"skills": ["reverse"], "train_rows": 3, "test_rows": 2}


def sides(data):
    """Prompt and answer of every row, as lists of names and words."""
    return [tuple(side.split() for side in text.split(" → ")) for text in data.rows["text"].to_pylist()]


def test_one_skill_is_done_and_the_other_word_said_again():
    task = string_skills(skills=["reverse"], train_rows=40, test_rows=10, letters_per_word=3)
    orders = set()
    for prompt, answer in sides(task.train):
        said = dict(zip(prompt[::2], prompt[1::2], strict=True))
        made = [said[name][::-1] if name == "<reverse>" else said[name] for name in prompt[::2]]
        assert answer == [part for pair in zip(prompt[::2], made, strict=True) for part in pair]
        orders.add(tuple(prompt[::2]))
    assert orders == {("<reverse>", "<say>"), ("<say>", "<reverse>")}
    assert set(task.train.rows["task"].to_pylist()) == {"reverse"}


def test_two_skills_are_in_every_prompt():
    test = string_skills(skills=["first", "last"], train_rows=1, test_rows=30).test
    for prompt, answer in sides(test):
        for name, word, made in zip(prompt[::2], prompt[1::2], answer[1::2], strict=True):
            assert made == {"<first>": word[0], "<last>": word[-1]}[name] * 4
    assert set(test.rows["task"].to_pylist()) == {"first+last"}


def test_tokens_are_the_text_with_an_end_and_the_answer_marked():
    test = string_skills(skills=["shift"], train_rows=1, test_rows=5, letters_per_word=3).test
    tokens, answer = test.tensors["tokens"], test.tensors["answer"]
    assert tokens.shape == (5, 8 + 8 + 1)
    assert answer.sum(1).tolist() == [9] * 5
    assert (tokens[:, -1] == 1).all()
    vocabulary = test.notes["vocabulary"]
    text = "".join(vocabulary[t] for t in tokens[0].tolist())
    prompt, made = sides(test)[0]
    assert text == "".join([*prompt, *made, "<eos>"])


def test_no_prompt_is_in_both_parts():
    task = string_skills(skills=["reverse"], train_rows=300, test_rows=300, letters_per_word=2)
    prompts = [{tuple(p) for p, _ in sides(part)} for part in task]
    assert [len(part) for part in prompts] == [300, 300]
    assert not prompts[0] & prompts[1]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"skills": ["first", "last", "shift"]}, "2 words cannot have these skills"),
        ({"skills": ["first", "first"]}, "once each: first, first"),
        ({"skills": ["first"], "words_per_row": 1, "letters_per_word": 2, "train_rows": 5000},
         "different prompts were drawn, 5500 are needed"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused(more, message):
    with pytest.raises(ValueError, match=message):
        string_skills(**more)
