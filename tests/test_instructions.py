"""From instructions to claims, by the command line: a model is tuned with LoRA, asked and scored."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow

HELDOUT = Path(sys.executable).parent / "heldout"
OPERATORS = '''\
"""In the place of `fetch/model`, which needs the network: a Llama of two layers and a tokenizer of bytes."""

import json

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from heldout import Model, operator
from heldout.runtime.hub.format import hub_format

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\\\n' + message.content }}"
    "{{ '<|im_end|>\\\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\\\n' }}{% endif %}"
)
TEXTS = ["which colour is a fruit?", "the fruit is yellow", "red green yellow", "user assistant"]


@operator(seconds=1.0)
def tiny_model(*, seed: int = 0) -> Model:
    """A model with random weights, whose byte-level BPE is learnt here.

    Args:
        seed: of the weights.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    )
    words.train_from_iterator(TEXTS, trainer)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=words.get_vocab_size(), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128, initializer_range=0.2,
        bos_token_id=0, eos_token_id=2,
    )
    weights, files = hub_format(LlamaForCausalLM(config))
    about = {"eos_token": "<|im_end|>", "chat_template": CHATML}
    return Model(weights, {"seed": seed}, files | {
        "tokenizer.json": words.to_str().encode(), "tokenizer_config.json": json.dumps(about).encode(),
    })
'''
SPEC = """\
heldout: 1
study: instructions
title: Do instructions teach a model to answer?
operators: [my_operators.py]
axes:
  tuning: {untuned: {steps: 0}, tuned: {steps: 120}}
  seed: {count: 1}
stages:
  start: {use: my-operators/tiny-model}
  instructions: {use: data/import-chat, path: chat.jsonl, sha256: CHAT}
  questions:
    {use: data/import-questions, path: questions.parquet, sha256: QUESTIONS, choices: choices, domain: kind}
  split: {use: data/random-split, data: "${instructions}", select_fraction: 0, test_fraction: 0.2}
  tuned:
    use: train/language-model
    data: ${split.train}
    start: ${start}
    tuning: {lora: {rank: 16}}
    pack: true
    max_tokens: 64
    batch_size: 12
    steps: ${tuning.steps}
    learning_rate: 0.02
    schedule: linear
    warmup: 0.1
    seed: ${seed}
    resources: {micro_batch: 6}
  said: {use: evaluate/generate, model: "${tuned}", data: "${questions}", chat: true, most_tokens: 16}
  marked: {use: measure/answers, records: "${said.records}"}
  chosen: {use: evaluate/choices, model: "${tuned}", data: "${questions}", chat: true}
  surprised: {use: evaluate/perplexity, model: "${tuned}", data: "${split.test}"}
claims:
  answers:
    says: After some steps the right answer is written more often.
    compare-rows: {metric: marked.records.contains, axis: tuning, greater: tuned, less: untuned, runs: null}
  chooses:
    says: It is chosen more often too.
    compare-rows: {metric: chosen.records.accuracy, axis: tuning, greater: tuned, less: untuned, runs: null}
tables:
  shares:
    rows: tuning
    columns: metric
    value: [marked.contains, chosen.accuracy, surprised.perplexity, said.unfinished]
scales:
  # A model and questions of the hub; nobody has run it here.
  paper:
    axes:
      tuning: {untuned: {steps: 0}, tuned: {steps: 700}}
    stages:
      start:
        use: fetch/model
        repository: Qwen/Qwen2.5-7B-Instruct
        revision: a09a35458c702b33eeacc393d103063234e8bc28
      instructions:
        use: data/huggingface-questions
        repository: openai/gsm8k
        revision: 740312add88f781978c0658806c59bc2815b9866
        configuration: main
        split: train
      split: {test_fraction: 0.1}
      questions:
        use: data/huggingface-questions
        repository: openai/gsm8k
        revision: 740312add88f781978c0658806c59bc2815b9866
        configuration: main
        split: test
      tuned:
        chat: true
        max_tokens: 1024
        batch_size: 32
        learning_rate: 2.0e-4
        schedule: cosine
        precision: bfloat16
        recompute: true
        resources: {gpu: 1, micro_batch: 4}
      said: {most_tokens: 512, precision: bfloat16, resources: {gpu: 1}}
      marked: {pattern: "#### (?P<answer>.*)", which: last}
      chosen: null
      surprised: null
    claims:
      chooses: null
    tables:
      shares: {value: [marked.number, said.unfinished]}
"""
FRUITS = ("banana yellow", "lemon yellow", "cherry red", "tomato red", "lime green", "pea green")
COLOURS = dict(one.split() for one in FRUITS)


def heldout(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Instructions that say in three wordings what colour each fruit has, and questions in a fourth."""
    asked = ["the {} is which colour?", "colour of the {}?", "{}: which colour?"]
    chats = [
        {"messages": [
            {"role": "user", "content": wording.format(fruit)},
            {"role": "assistant", "content": f"the {fruit} is {colour}"},
        ]}
        for wording in asked for fruit, colour in COLOURS.items() for _ in range(3)
    ]  # fmt: skip
    (tmp_path / "chat.jsonl").write_text("".join(json.dumps(row) + "\n" for row in chats))
    questions = [
        {
            "question": f"which colour is the {fruit}?",
            "choices": [f"the {fruit} is {one}" for one in ("red", "green", "yellow")],
            "answer": f"the {fruit} is {colour}",
            "kind": colour,
        }
        for fruit, colour in COLOURS.items()
    ] * 4
    pq.write_table(pa.Table.from_pylist(questions), tmp_path / "questions.parquet")
    spec = SPEC
    for name, file in (("CHAT", "chat.jsonl"), ("QUESTIONS", "questions.parquet")):
        spec = spec.replace(name, hashlib.sha256((tmp_path / file).read_bytes()).hexdigest())
    (tmp_path / "spec.yaml").write_text(spec)
    (tmp_path / "my_operators.py").write_text(OPERATORS)
    return tmp_path


def test_a_model_is_tuned_by_instructions_and_asked(study):
    ran = heldout(study, "run", "spec.yaml", "--cores", "2")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    report = study / "results" / "instructions" / "full" / "report"
    verdicts = {one["id"]: one["verdict"] for one in json.loads((report / "verdicts.json").read_text())}
    assert verdicts == {"answers": "supported", "chooses": "supported"}
    rows = pq.read_table(report / "results.parquet").to_pylist()
    found = {(r["stage"], r["metric"], r["tuning"]): r["value"] for r in rows if r.get("group") is None}
    assert found["marked", "contains", "untuned"] == 0
    assert found["marked", "contains", "tuned"] > 0.6
    assert found["said", "unfinished", "tuned"] == 0
    assert found["surprised", "perplexity", "tuned"] < 2 < found["surprised", "perplexity", "untuned"]


def test_the_same_study_with_a_model_of_the_hub_compiles(study):
    checked = heldout(study, "check", "spec.yaml", "--scale", "paper")
    assert checked.returncode == 0, checked.stderr + checked.stdout
