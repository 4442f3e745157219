import json

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.asking.learnt_tokens import Reading
from heldout.runtime.asking.text_tokens import TextTokens
from tests.fixtures.questions import with_choices, with_free_answers
from tests.fixtures.tiny_llama import WORDS, tiny_llama

FILES = tiny_llama().files
CHATML = (
    "{% for m in messages %}<user> {{ m.role }} : {{ m.content }} </s> {% endfor %}"
    "{% if add_generation_prompt %}<user> assistant : {% endif %}"
)


def chats(*conversations):
    said = [[{"role": role, "content": content} for role, content in one] for one in conversations]
    return Dataset(pa.table({"id": [str(n) for n in range(len(said))], "messages": said}))


def words(tokens):
    return [WORDS[token] for token in tokens]


def shown(rows, number=0):
    """A row in words, those that are learnt in capitals."""
    row = rows.row(number)
    return " ".join(word.upper() if yes else word for word, yes in zip(words(row[0]), row[1], strict=True))


def test_of_a_conversation_the_answers_and_their_ends_are_learnt():
    data = chats([("user", "sky ?"), ("assistant", "deep blue"), ("user", "grass ?"), ("assistant", "green")])
    rows = Reading().rows(data, TextTokens.of(FILES, CHATML))
    assert shown(rows) == (
        "<user> <unk> : sky ? </s> <user> <unk> : DEEP BLUE </S> "
        "<user> <unk> : grass ? </s> <user> <unk> : GREEN </S>"
    )
    users = Reading(roles=frozenset({"user"})).rows(data, TextTokens.of(FILES, CHATML))
    assert shown(users).startswith("<user> <unk> : SKY ? </S> <user> <unk> : deep")


def test_the_next_messages_beginning_ends_none():
    # Here nothing ends an answer, and `<user>` is special and of the next message.
    data = chats([("user", "sky ?"), ("assistant", "blue"), ("user", "grass ?"), ("assistant", "green")])
    rows = Reading().rows(data, TextTokens.of(FILES))
    assert shown(rows) == "<s> <user> sky ? <model> BLUE <user> grass ? <model> GREEN"


def test_a_long_row_loses_its_beginning_and_keeps_its_answer_or_loses_its_end():
    data = chats([("user", "what is the sky ?"), ("assistant", "deep blue")])
    one = TextTokens.of(FILES)
    assert shown(Reading(most=5).rows(data, one)) == "sky ? <model> DEEP BLUE"
    assert shown(Reading(most=9, cut="end").rows(data, one)) == "<s> <user> what is the sky ? <model> DEEP"
    assert shown(Reading(most=2).rows(data, one)) == "deep BLUE"  # nothing stands before the first
    with pytest.raises(ValueError, match="of 1 rows none has a token that is learnt"):
        Reading(most=4, cut="end").rows(data, one)


def test_rows_without_an_answer_are_left_out_and_said(caplog):
    data = chats([("user", "sky ?")], [("user", "sky ?"), ("assistant", "blue")])
    rows = Reading().rows(data, TextTokens.of(FILES))
    assert rows.positions.tolist() == [1]
    assert "1 of 2 rows are left out" in caplog.text


def test_questions_are_asked_as_they_are_when_a_model_answers():
    one = TextTokens.of(FILES)
    plain = Reading(template="{question} Answer :", end=2).rows(with_free_answers(), one)
    assert shown(plain) == "<s> what is the colour of grass ? Answer : GREEN </S>"
    asked = Reading(chat=True, instruction="the sky").rows(with_choices(), one)
    assert shown(asked, 1) == "<s> <user> the sky <user> what is the sky ? <model> LIGHT BLUE"


def test_of_a_text_all_is_learnt_that_something_stands_before():
    data = Dataset(pa.table({"id": ["a", "b"], "text": ["deep sky", "blue"]}))
    rows = Reading(end=2).rows(data, TextTokens.of(FILES))
    assert [shown(rows, n) for n in range(2)] == ["<s> DEEP SKY </S>", "<s> BLUE </S>"]
    assert rows.lengths.tolist() == [4, 3]
    settings = json.loads(FILES["tokenizer.json"]) | {"post_processor": None}
    bare = FILES | {"tokenizer.json": json.dumps(settings).encode()}
    rows = Reading().rows(data, TextTokens.of(bare))
    assert (len(rows), shown(rows)) == (1, "deep SKY")
    assert rows.tokens.values.dtype == torch.int32


def test_a_row_that_the_template_refuses_is_named():
    data = chats([("user", "sky ?"), ("assistant", "blue")], [("tool", "sky"), ("assistant", "blue")])
    only = (
        "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}"
        "{{ m.content }} {% endfor %}"
    )
    with pytest.raises(ValueError, match=r"row 1 \(from 0\): the chat template cannot write .*: no tools"):
        Reading().rows(data, TextTokens.of(FILES, only))


def test_other_columns_are_refused():
    with pytest.raises(ValueError, match="these have id, a"):
        Reading().rows(Dataset(pa.table({"id": ["x"], "a": [1]})), TextTokens.of(FILES))


def tokens_of(data, **reading):
    rows = Reading(**reading).of_tokens(data)
    return [[array.tolist() for array in rows.row(n)] for n in range(len(rows))]


def test_tokens_in_sequences_are_read_where_they_lie():
    stored = Sequences.of([[1, 7, 8, 9], [1], [1, 6]])
    data = Dataset(pa.table({"id": ["a", "b", "c"]}), sequences={"tokens": stored}).take([2, 1, 0])
    assert tokens_of(data) == [[[1, 6], [False, True]], [[1, 7, 8, 9], [False, True, True, True]]]
    assert Reading().of_tokens(data).tokens.values is stored.values
    assert Reading().of_tokens(data).positions.tolist() == [0, 2]
    answer = Sequences.of([[False, False, True, False], [False], [False, True]], torch.bool)
    marked = Dataset(pa.table({"id": ["a", "b", "c"]}), sequences={"tokens": stored, "answer": answer})
    assert tokens_of(marked)[0] == [[1, 7, 8, 9], [False, False, True, False]]
    assert tokens_of(marked, most=3) == [[[7, 8, 9], [False, True, False]], [[1, 6], [False, True]]]
    assert tokens_of(marked, most=2, cut="end") == [[[1, 6], [False, True]]]
    assert Reading(most=3).of_tokens(marked).lengths.tolist() == [3, 2]


def test_padded_tokens_are_the_same_rows_as_sequences():
    padded = torch.tensor([[1, 7, 8, 0], [1, 6, 0, 0]])
    assert tokens_of(Dataset(pa.table({"id": ["a", "b"]}), {"tokens": padded})) == [
        [[1, 7, 8], [False, True, True]],
        [[1, 6], [False, True]],
    ]
    with pytest.raises(ValueError, match="of 0 rows none has a token"):
        tokens_of(Dataset(pa.table({"id": ["a", "b"]}), {"tokens": padded}).take([]))
