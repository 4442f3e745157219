import json

import pytest

from heldout.runtime.operators.data.hub.huggingface_chat import huggingface_chat

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TALK = [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]


def published(hub):
    rows = [{"messages": TALK, "source": source} for source in ("sums", "more", "sums")]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    hub("dataset", "lab/chats", COMMIT, {"train.jsonl": content})
    return {"repository": "lab/chats", "revision": COMMIT}


def tiny(tmp_path, hub):
    return published(hub)


def test_conversations_are_those_of_the_commit(hub):
    data = huggingface_chat(**published(hub), domain="source")
    assert data.rows["messages"].to_pylist() == [TALK] * 3
    assert data.rows["id"].to_pylist() == ["train-0000000", "train-0000001", "train-0000002"]
    assert data.domains.tolist() == ["sums", "more", "sums"]


@pytest.mark.slow
def test_so_many_rows_are_drawn_by_the_seed(hub):
    about = published(hub)
    drawn = {huggingface_chat(**about, max_rows=1, seed=seed).rows["id"][0].as_py() for seed in range(12)}
    assert len(drawn) == 3
