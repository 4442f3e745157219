"""A study of language models, by the command line: questions asked, choices scored, claims over questions."""

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
WORDS = ["<unk>", "what", "is", "number", "?", "Answer", ":", "blue", "red", "green"]
# In the place of `fetch/model`, which needs the network.
OPERATORS = f'''\
"""A small model with a tokenizer of words."""

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from heldout import Model, operator
from heldout.runtime.hub.format import hub_format

WORDS = {WORDS}


@operator(seconds=1.0)
def tiny_model(*, word: str) -> Model:
    """A Llama of two layers whose attention and perceptrons add nothing: it says one word all the time.

    Args:
        word: what it says.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=64, eos_token_id=None,
    )
    weights, files = hub_format(LlamaForCausalLM(config))
    for name, value in weights.items():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            value.zero_()
    weights["model.embed_tokens.weight"] = torch.ones(len(WORDS), 16)
    head = torch.zeros(len(WORDS), 16)
    head[WORDS.index(word)] = 0.2
    weights["lm_head.weight"] = head
    words = Tokenizer(WordLevel({{word: i for i, word in enumerate(WORDS)}}, unk_token="<unk>"))
    words.pre_tokenizer = Whitespace()
    return Model(weights, {{"word": word}}, files | {{"tokenizer.json": words.to_str().encode()}})
'''
SPEC = """\
heldout: 1
study: colours
operators: [my_operators.py]
axes:
  model: [blue, red]
stages:
  asked:
    {use: data/import-questions, path: questions.parquet, sha256: SHA256, choices: choices, domain: topic}
  split: {use: data/random-split, data: "${asked}", select_fraction: 0, test_fraction: 0.8}
  network: {use: my-operators/tiny-model, word: "${model}"}
  chosen:
    use: evaluate/choices
    model: ${network}
    data: ${split.test}
    examples: ${split.train}
    shots: 1
    template: "{question} Answer :"
  said:
    use: evaluate/generate
    model: ${network}
    data: ${split.test}
    template: "{question} Answer :"
    most_tokens: 2
  marked: {use: measure/answers, records: "${said.records}", pattern: "^(?P<answer>[a-z]+)"}
claims:
  chooses:
    says: The model that says blue is right more often, on questions like these.
    compare-rows: {metric: chosen.records.accuracy, axis: model, greater: blue, less: red, runs: null}
  says:
    says: So are its texts.
    compare-rows: {metric: marked.records.exact, axis: model, greater: blue, less: red, runs: null}
tables:
  shares: {rows: model, columns: metric, value: [chosen.accuracy, chosen.accuracy_per_byte, marked.exact]}
"""


def heldout(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HELDOUT, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with the questions, of which three quarters are answered by blue and the others by red."""
    table = {
        "question": [f"what is number {n} ?" for n in range(60)],
        "choices": [["green", "blue", "red"] if n % 2 else ["red", "blue"] for n in range(60)],
        "answer": ["red" if n % 4 == 0 else "blue" for n in range(60)],
        "topic": ["even" if n % 2 == 0 else "odd" for n in range(60)],
    }
    path = tmp_path / "questions.parquet"
    pq.write_table(pa.table(table), path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "spec.yaml").write_text(SPEC.replace("SHA256", sha256))
    (tmp_path / "my_operators.py").write_text(OPERATORS)
    return tmp_path


def test_questions_are_the_units_of_claims(study):
    ran = heldout(study, "run", "spec.yaml", "--cores", "1")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    report = study / "results" / "colours" / "full" / "report"
    verdicts = json.loads((report / "verdicts.json").read_text())
    outcomes = {one["id"]: one["verdict"] for one in verdicts}
    assert outcomes == {"chooses": "supported", "says": "supported"}
    rows = pq.read_table(report / "results.parquet").to_pylist()
    found = {(r["stage"], r["metric"], r["model"]): r["value"] for r in rows if r.get("group") is None}
    # Each model is right where its word is: together, on all questions.
    for stage, metric in (("chosen", "accuracy"), ("marked", "exact")):
        assert found[stage, metric, "blue"] + found[stage, metric, "red"] == pytest.approx(1)
        assert found[stage, metric, "blue"] > 0.5
    assert found["marked", "found", "red"] == 1
    odd = {
        row["model"]: row["value"]
        for row in rows
        if (row["stage"], row.get("group"), row["metric"]) == ("chosen", "odd", "accuracy")
    }
    assert odd == {"blue": 1.0, "red": 0.0}


def test_examples_may_not_be_of_the_rows_that_are_scored(study):
    spec = (study / "spec.yaml").read_text().replace("examples: ${split.train}", "examples: ${split.test}")
    (study / "spec.yaml").write_text(spec)
    checked = heldout(study, "check", "spec.yaml")
    assert checked.returncode != 0
    assert "held-out-leak" in checked.stderr + checked.stdout
