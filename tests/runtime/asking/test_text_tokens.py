import json

import pytest

from heldout.runtime.asking.prompts import Prompt
from heldout.runtime.asking.text_tokens import TextTokens
from tests.fixtures.tiny_llama import WORDS, tiny_llama

FILES = tiny_llama().files


def with_template(template):
    return FILES | {"tokenizer_config.json": json.dumps({"chat_template": template}).encode()}


def test_a_prompt_begins_as_the_tokenizer_says_and_a_chat_as_its_template_does():
    words = TextTokens.of(FILES)
    assert words.begin == (1,)
    assert words.before("sky ?", False) == [1, WORDS.index("sky"), WORDS.index("?")]
    assert words.before("<s> sky", True) == [1, WORDS.index("sky")]


def test_an_answer_is_what_follows_the_prompts_tokens():
    words = TextTokens.of(FILES)
    before, after = words.after("sky ? ", "deep blue", False)
    assert [WORDS[token] for token in before] == ["<s>", "sky", "?"]
    assert [WORDS[token] for token in after] == ["deep", "blue"]
    with pytest.raises(ValueError, match="an answer needs a token"):
        words.after("sky", " ", False)


def test_a_template_may_stand_in_a_file_of_its_own_or_be_one_of_several():
    prompt = Prompt((), "sky ?")
    several = [
        {"name": "tool", "template": "no"},
        {"name": "default", "template": "{{ messages[0].content }}!"},
    ]
    assert TextTokens.of(with_template(several)).prompt(prompt, True, " ", "\n") == "sky ?!"
    own = FILES | {"chat_template.json": json.dumps({"chat_template": "own"}).encode()}
    assert TextTokens.of(own).prompt(prompt, True, " ", "\n") == "own"


@pytest.mark.parametrize(
    "template",
    ["{{ raise_exception('no system') }}", "{{ ''.__class__.__mro__ }}", "{% for %}", "{{ messages.x.y }}"],
)
def test_a_template_that_refuses_or_reaches_out_is_said(template):
    with pytest.raises(ValueError, match="chat template cannot write"):
        TextTokens.of(with_template(template)).prompt(Prompt((), "a"), True, " ", "\n")


def test_settings_that_are_no_json_are_said():
    with pytest.raises(ValueError, match=r"tokenizer_config\.json holds no JSON"):
        TextTokens.of(FILES | {"tokenizer_config.json": b"{"})
