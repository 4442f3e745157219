import pytest

from heldout.runtime.asking.prompts import Prompt, Prompting, answer_texts, filled
from tests.fixtures.questions import ASKED, with_choices, with_free_answers


def made(**changed):
    about = {"template": "{question}", "instruction": "", "shots": 0, "draw": "once", "same_domain": False}
    return Prompting(**(about | {"answers": "text", "seed": 0} | changed))


def test_a_template_takes_values_and_evaluates_nothing():
    data = with_choices().take([1])
    assert filled("{id}|{question}\n{choices}\n{} {a b}", data) == [
        f"q-0-1|{ASKED[1]}\nA. light blue\nB. red\n{{}} {{a b}}"
    ]
    with pytest.raises(ValueError, match="names 'label'; there are id, question, choices, domain"):
        filled("{label}", data)


def test_examples_stand_before_the_question():
    prompt = Prompt((("1?", "one"), ("2?", "two")), "3?", "Count.")
    assert prompt.text(" ", "\n\n") == "Count.\n\n1? one\n\n2? two\n\n3?"
    roles = [(turn["role"], turn["content"]) for turn in prompt.messages()]
    assert roles == [
        ("system", "Count."), ("user", "1?"), ("assistant", "one"), ("user", "2?"), ("assistant", "two"),
        ("user", "3?"),
    ]  # fmt: skip


def test_examples_are_drawn_once_or_for_each_row():
    data, train = with_choices(copies=4), with_choices(copies=10, name="train")
    once = {prompt.shots for prompt in made(shots=2).prompts(data, train)}
    assert len(once) == 1
    each = [prompt.shots for prompt in made(shots=2, draw="per-row").prompts(data, train)]
    assert len(set(each)) > 2
    # The draw is the row's own, whatever rows stand beside it.
    alone = made(shots=2, draw="per-row").prompts(data.take([5]), train)
    assert alone[0].shots == each[5]
    assert {prompt.shots for prompt in made(shots=2, seed=1).prompts(data, train)} != once


def test_examples_may_be_of_the_rows_own_domain():
    asked_of = {"grass": {ASKED[0], ASKED[2]}, "sky": {ASKED[1], ASKED[3]}}
    data, train = with_choices(), with_choices(copies=3, name="train")
    for prompt, domain in zip(
        made(shots=4, same_domain=True).prompts(data, train), data.domains, strict=True
    ):
        assert {asked for asked, _ in prompt.shots} <= asked_of[domain]


def test_answers_are_texts_or_letters():
    assert answer_texts(with_choices(), "text") == ["green", "light blue", "two", "8"]
    assert answer_texts(with_choices(), "letter") == ["A", "A", "B", "D"]
    assert answer_texts(with_free_answers(), "text") == ["green", "deep blue", "red", "red"]
    with pytest.raises(ValueError, match="no labels that the operator may see"):
        answer_texts(with_choices().without_labels(), "text")
