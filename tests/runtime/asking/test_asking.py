import pytest

from heldout.runtime.asking.asking import PLAINLY, Asking
from tests.fixtures.questions import with_free_answers
from tests.fixtures.tiny_llama import tiny_llama


def test_questions_are_asked_plainly_or_in_a_chat():
    data = with_free_answers()
    assert PLAINLY.prompts(PLAINLY.words(tiny_llama()), data, None, 0)[0] == data.rows["question"][0].as_py()
    chat = Asking(
        chat=True, chat_template="{% for m in messages %}[{{ m.role }}] {{ m.content }} {% endfor %}"
    )
    asked = Asking(
        template="{question} !", instruction="be brief", chat=True, chat_template=chat.chat_template
    )
    first = asked.prompts(asked.words(tiny_llama()), data, None, 0)[0]
    assert first == f"[system] be brief [user] {data.rows['question'][0].as_py()} ! "


def test_solved_examples_stand_before_a_question():
    data = with_free_answers()
    shown = Asking(shots=1, separator=" | ", delimiter=" -> ")
    one, again = (
        shown.prompts(shown.words(tiny_llama()), data.take([1]), data.take([0]), seed) for seed in (0, 1)
    )
    assert one == again == ["what is the colour of grass ? -> green | " + data.rows["question"][1].as_py()]


def test_nothing_to_ask_is_said():
    with pytest.raises(ValueError, match="there are no questions to ask"):
        PLAINLY.prompts(PLAINLY.words(tiny_llama()), with_free_answers().take([]), None, 0)
