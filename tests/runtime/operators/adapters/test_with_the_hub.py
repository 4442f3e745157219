"""Adapters, pools and routing over models and prompted data as the hub has them, on small ones."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing
from transformers import T5Config, T5ForConditionalGeneration

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.operators.adapters.activations import activations
from heldout.runtime.operators.adapters.gate import gate
from heldout.runtime.operators.adapters.lora import lora
from heldout.runtime.operators.adapters.pool import pool
from heldout.runtime.operators.data.rows.mixture import mixture
from heldout.runtime.operators.data.text.prompted_text import prompted_text
from heldout.runtime.operators.evaluate.routed import routed
from heldout.runtime.operators.fetch.model import model as fetch

MODEL, DATA = "a" * 40, "b" * 40
WORDS = ["<pad>", "</s>", "<unk>", "is", "it", "good", "bad", "fine", "poor", "yes", "no", "true", "false"]


def parquet(text, label):
    file = io.BytesIO()
    pq.write_table(pa.table({"text": text, "label": label}), file)
    return file.getvalue()


def publish(hub, folder):
    """A gated T5 with its tokenizer, and a dataset of reviews."""
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(WORDS), d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, decoder_start_token_id=0,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    hub("model", "lab/t5", MODEL, {file.name: file.read_bytes() for file in folder.iterdir()})
    files = {
        "data/train-00000-of-00001.parquet": parquet(["good", "bad", "fine", "poor"] * 4, [1, 0, 1, 0] * 4),
        "data/validation-00000-of-00001.parquet": parquet(["it is fine", "it is poor"], [1, 0]),
    }
    hub("dataset", "lab/reviews", DATA, files)


def test_adapters_of_a_fetched_model_are_routed_on_prompted_data(hub, tmp_path):
    publish(hub, tmp_path)
    base = fetch(repository="lab/t5", revision=MODEL)
    about = {
        "repository": "lab/reviews",
        "revision": DATA,
        "label": "label",
        "template": "is it good ? {text}",
    }
    tasks = {
        "answered": prompted_text(base, task="answered", answers=["no", "yes"], **about),
        "judged": prompted_text(base, task="judged", answers=["false", "true"], **about),
    }
    settings = {"checkpoint": Checkpoint(), "batch_size": 8}
    adapters, gates, means = [], [], []
    for task in tasks.values():
        adapter = lora(base, task.train, rank=4, alpha=4.0, steps=60, learning_rate=0.03, **settings).adapter
        adapters.append(adapter)
        gates.append(gate(base, adapter, task.train, steps=3, **settings).gate)
        means.append(activations(base, adapter, task.train))
    collected = pool(adapters, gates, means)
    for position, (name, task) in enumerate(tasks.items()):
        own = routed(base, collected, task.test, router={"single": {"member": name}})
        other = list(tasks)[1 - position]
        wrong = routed(base, collected, task.test, router={"single": {"member": other}})
        assert own.table.scalar("nll") < wrong.table.scalar("nll")
        blended = routed(base, collected, task.test, router="phatgoose").table
        assert 0 < blended.scalar("entropy") <= 0.6932  # ln 2
    assert len(mixture([task.train for task in tasks.values()])) == 32
