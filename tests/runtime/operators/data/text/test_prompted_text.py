import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from heldout.runtime.artifacts import Model
from heldout.runtime.operators.data.text.prompted_text import filled, prompted_text

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WORDS = ["<pad>", "</s>", "<unk>", "is", "it", "good", "bad", "fine", "poor", "yes", "no"]


def reader():
    """A model whose tokenizer knows eleven words and ends every sequence, as T5's does."""
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return Model({}, {"repository": "lab/t5"}, {"tokenizer.json": tokenizer.to_str().encode()})


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def tiny(tmp_path, hub):
    files = {
        "data/train-00000-of-00001.parquet": parquet(text=["fine", "poor", "bad"], label=[1, 0, 0]),
        "data/validation-00000-of-00001.parquet": parquet(text=["good good good"], label=[1]),
    }
    hub("dataset", "lab/reviews", COMMIT, files)
    return {
        "tokenizer": reader(),
        "task": "reviews",
        "repository": "lab/reviews",
        "revision": COMMIT,
        "template": "is it good ? {text}",
        "label": "label",
        "answers": ["no", "yes"],
    }


def test_prompts_and_answers_become_tokens(tmp_path, hub):
    task = prompted_text(**tiny(tmp_path, hub), max_tokens=6)
    train = task.train
    assert train.rows["text"].to_pylist()[0] == "is it good ? fine → yes"
    # is it good <unk> fine </s> | yes </s>
    assert train.tensors["tokens"].tolist()[0] == [3, 4, 5, 2, 7, 1, 9, 1]
    assert train.tensors["answer"].tolist()[0] == [False] * 6 + [True] * 2
    assert train.rows["id"].to_pylist() == [f"reviews-train-000000{i}" for i in range(3)]
    assert set(train.rows["task"].to_pylist()) == {"reviews"}
    # The longer prompt of the test part has lost its end.
    assert task.test.tensors["tokens"].tolist() == [[3, 4, 5, 2, 5, 5, 9, 1]]
    assert task.test.notes == {"tokenizer": {"repository": "lab/t5"}}


@pytest.mark.slow
def test_rows_are_drawn_in_the_datasets_order(tmp_path, hub):
    arguments = tiny(tmp_path, hub)
    drawn = [prompted_text(**arguments, train_rows=2, seed=s).train.rows["id"].to_pylist() for s in (0, 0, 3)]
    assert drawn[0] == drawn[1] == sorted(drawn[0])
    assert len(drawn[2]) == 2


def test_a_template_is_text_and_nothing_more():
    assert filled("{a} or {b}? {a.x} {a[0]} {{a}}", {"a": 1, "b": "{a}"}) == "1 or {a}? {a.x} {a[0]} {1}"
    with pytest.raises(ValueError, match="names 'c'; there are a, b"):
        filled("{c}", {"a": 1, "b": 2})


def test_what_does_not_fit_is_refused(tmp_path, hub):
    arguments = tiny(tmp_path, hub)
    with pytest.raises(ValueError, match=r"has no tokenizer\.json"):
        prompted_text(**arguments | {"tokenizer": Model({}, {})})
    with pytest.raises(ValueError, match="no column 'rating'; there are text, label"):
        prompted_text(**arguments | {"label": "rating"})
    hidden = {"data/validation-00000-of-00001.parquet": parquet(text=["good"], label=[-1])}
    hub("dataset", "lab/hidden", COMMIT, hidden)
    with pytest.raises(ValueError, match="label -1 is none of 2 answers"):
        prompted_text(**arguments | {"repository": "lab/hidden", "train_split": "validation"})


def test_one_configuration_of_several_is_downloaded_and_read(tmp_path, hub):
    card = (
        b"---\nconfigs:\n- config_name: rte\n  data_files:\n  - split: train\n    path: rte/train-*\n"
        b"  - split: validation\n    path: rte/validation-*\n- config_name: cb\n  data_files:\n"
        b"  - split: train\n    path: cb/train-*\n---\n"
    )
    part = parquet(text=["good", "bad"], label=[1, 0])
    files = {
        "README.md": card,
        "rte/train-00000-of-00001.parquet": part,
        "rte/validation-00000-of-00001.parquet": part,
    }
    hub("dataset", "lab/glued", COMMIT, files)
    several = {"repository": "lab/glued", "configuration": "rte", "files": {"*.md", "rte/*"}}
    task = prompted_text(**tiny(tmp_path, hub) | several)
    assert [len(part) for part in task] == [2, 2]
