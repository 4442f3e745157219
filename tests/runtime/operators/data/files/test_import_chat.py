import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.operators.data.files.import_chat import import_chat

TALK = [
    {"role": "user", "content": "2 + 2?"},
    {"role": "assistant", "content": "4"},
]
ROWS = [{"messages": TALK, "topic": "sums"}, {"messages": [*TALK, TALK[0]], "topic": "sums"}]


def lines(folder, rows):
    path = folder / "chat.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return pinned(path)


def pinned(path):
    return {"path": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def tiny(tmp_path, hub):
    return lines(tmp_path, ROWS)


def test_messages_stay_as_they_are(tmp_path):
    data = import_chat(**lines(tmp_path, ROWS), domain="topic")
    assert data.rows["messages"].to_pylist() == [TALK, [*TALK, TALK[0]]]
    assert data.rows["turns"].to_pylist() == [2, 3]
    assert data.rows["id"].to_pylist() == ["row-0000000", "row-0000001"]
    assert data.domain_names == ("sums",)


def test_parquet_says_the_same(tmp_path):
    path = tmp_path / "chat.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    assert import_chat(**pinned(path)).rows.equals(import_chat(**lines(tmp_path, ROWS)).rows)


def test_sharegpt_and_pairs_and_parts_become_messages(tmp_path):
    shared = [{"talk": [{"from": "human", "value": "2 + 2?"}, {"from": "gpt", "value": "4"}]}]
    read = import_chat(
        **lines(tmp_path, shared), messages="talk", role="from", content="value",
        roles={"human": "user", "gpt": "assistant"},
    )  # fmt: skip
    assert read.rows["messages"].to_pylist() == [TALK]
    pairs = [{"q": "2 + 2?", "a": "4", "s": None}, {"q": "2 + 2?", "a": "4", "s": "Add."}]
    read = import_chat(**lines(tmp_path, pairs), prompt="q", completion="a", system="s")
    assert read.rows["messages"].to_pylist() == [TALK, [{"role": "system", "content": "Add."}, *TALK]]
    parts = [{"type": "text", "text": "2 + "}, {"type": "text", "text": "2?"}]
    read = import_chat(**lines(tmp_path, [{"messages": [{"role": "user", "content": parts}]}]))
    assert read.rows["messages"].to_pylist() == [TALK[:1]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": "hello"}, r"row 1 \(from 0\): 'messages' holds 'hello', and no list of messages"),
        ({"messages": []}, "no list of messages"),
        ({"messages": [{"role": "user"}]}, "a message has 'role' and 'content'"),
        ({"messages": [{"role": "us\ner", "content": ""}]}, "a role is a short printable word"),
        ({"messages": [{"role": "user", "content": None}]}, "a content is a text, and this is None"),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "of the type 'text' alone"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "lone surrogate"),
        ({"talk": []}, "line 2 has no 'messages'; it has 'talk'"),
    ],
)
def test_a_row_that_holds_no_conversation_is_named(tmp_path, row, said):
    with pytest.raises(ValueError, match=said):
        import_chat(**lines(tmp_path, [ROWS[0], row]))


def test_another_content_and_half_of_a_pair_are_refused(tmp_path):
    pin = lines(tmp_path, ROWS)
    with pytest.raises(ValueError, match="the study says"):
        import_chat(**pin | {"sha256": "0" * 64})
    with pytest.raises(ValueError, match="give `prompt` and `completion` together"):
        import_chat(**pin, prompt="q")
    with pytest.raises(ValueError, match="names 1 rows a second time"):
        import_chat(**lines(tmp_path, [{**row, "n": "a"} for row in ROWS]), id="n")
    (tmp_path / "chat.jsonl").write_bytes(b"")
    with pytest.raises(ValueError, match="there are no rows"):
        import_chat(**pinned(tmp_path / "chat.jsonl"))
