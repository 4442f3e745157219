"""Templates as the hub has them, and what of them is learnt, worked by hand."""
# ruff: noqa: E501 # templates stand as they are

import pytest

from heldout.runtime.asking.chat_template import ChatTemplate
from heldout.runtime.rows.conversations import Message

NAMED = {"bos_token": "<s>", "eos_token": "</s>"}
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + "
    "'<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA_3 = (
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + "
    "message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 "
    "%}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# As Mistral's: what the system says stands before the last question, so that earlier prompts are no beginnings.
MISTRAL = (
    "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] %}"
    "{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}"
    "{{- bos_token }}{%- for message in loop_messages %}"
    "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{- raise_exception('roles must alternate') }}{%- endif %}"
    "{%- if message['role'] == 'user' %}{%- if loop.last and system_message is defined %}"
    "{{- '[INST] ' + system_message + '\n\n' + message['content'] + '[/INST]' }}{%- else %}"
    "{{- '[INST] ' + message['content'] + '[/INST]' }}{%- endif %}"
    "{%- else %}{{- ' ' + message['content'] | trim + eos_token }}{%- endif %}{%- endfor %}"
)
MARKED = (
    "{% for message in messages %}{% if message.role == 'assistant' %}"
    "{% generation %}{{ message.content }}</s>{% endgeneration %}{% else %}[{{ message.content }}]{% endif %}"
    "{% endfor %}"
)
TALK = [
    Message("system", "Add."),
    Message("user", "1 + 1?"),
    Message("assistant", "2"),
    Message("user", "4 + 4?"),
    Message("assistant", " 8 "),
]


def learnt(source, messages, roles=("assistant",)):
    text, spans = ChatTemplate(source, NAMED).learnt(messages, set(roles))
    return (
        text,
        [text[span.start : span.end] for span in spans],
        [text[span.end : span.last] for span in spans],
    )


def test_of_chatml_what_stands_behind_the_prompt_is_learnt():
    text, said, ends = learnt(CHATML, TALK)
    assert text == (
        "<|im_start|>system\nAdd.<|im_end|>\n<|im_start|>user\n1 + 1?<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n"
        "<|im_start|>user\n4 + 4?<|im_end|>\n<|im_start|>assistant\n 8 <|im_end|>\n"
    )
    assert (said, ends) == (["2", " 8 "], ["<|im_end|>\n"] * 2)


def test_of_llama_3_contents_are_trimmed():
    text, said, ends = learnt(LLAMA_3, TALK[1:])
    assert text == (
        "<s><|start_header_id|>user<|end_header_id|>\n\n1 + 1?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n2<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n4 + 4?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n8<|eot_id|>"
    )
    assert (said, ends) == (["2", "8"], ["<|eot_id|>"] * 2)


def test_of_mistral_prompts_are_other_ones_where_an_answer_follows_and_answers_are_found_all_the_same():
    # Mistral's own template leaves out what the system says unless the last message is a user's.
    text, said, ends = learnt(MISTRAL, TALK)
    assert text == "<s>[INST] 1 + 1?[/INST] 2</s>[INST] 4 + 4?[/INST] 8</s>"
    assert (said, ends[1]) == (["2", "8"], "</s>")
    assert [span.asked for span in ChatTemplate(MISTRAL, NAMED).learnt(TALK, {"assistant"})[1]] == [False] * 2
    # Without a system, prompts are beginnings, and the space behind them is learnt, as it is generated.
    assert learnt(MISTRAL, TALK[1:])[1:] == ([" 2", " 8"], ["</s>", "</s>"])


def test_marks_of_a_template_say_it_and_other_roles_are_found_by_their_contents():
    assert learnt(MARKED, TALK[1:])[:2] == ("[1 + 1?]2</s>[4 + 4?] 8 </s>", ["2</s>", " 8 </s>"])
    assert learnt(MARKED, TALK[1:], ("user",))[1] == ["1 + 1?", "4 + 4?"]
    assert learnt(CHATML, TALK, ("system", "assistant"))[1] == ["Add.", "2", " 8 "]


def test_two_equal_answers_are_two_places():
    same = [Message("user", "a"), Message("assistant", "a"), Message("user", "a"), Message("assistant", "a")]
    text, spans = ChatTemplate(CHATML, NAMED).learnt(same, {"assistant"})
    assert [span.start for span in spans] == [
        len("<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n") * (n + 1) + len("a<|im_end|>\n") * n
        for n in range(2)
    ]
    assert all(text[span.start] == "a" for span in spans)


@pytest.mark.parametrize(
    "source",
    [
        "{{ messages[-1].content }}{{ messages[-1].content }}",  # twice
        "{{ messages[0].content }}",  # nowhere
        "{{ messages[-1].content | length }}",
    ],
)
def test_what_cannot_be_told_is_said(source):
    with pytest.raises(ValueError, match="in one place"):
        learnt(source, TALK[1:3])


def test_no_clock_is_read():
    assert ChatTemplate("{{ strftime_now('%d %b %Y') }}", {}).text(TALK) == "26 Jul 2024"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
        "{% for n in range(99999) %}{% for m in range(99999) %}" + "a" * 9999 + "{% endfor %}{% endfor %}",
        "{% for n in range(10000000) %}a{% endfor %}",
        "{{ 1 / 0 }}",
    ],
)
def test_a_template_that_reaches_out_or_runs_on_is_refused(source):
    with pytest.raises(ValueError, match="chat template cannot write"):
        ChatTemplate(source, {}).text(TALK)
