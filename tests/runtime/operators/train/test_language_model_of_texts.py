"""Training on texts, questions and conversations; of padded tokens see test_language_model."""

import json

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.stored_weights import owned
from heldout.runtime.asking.learnt_tokens import Reading
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.hub import format
from heldout.runtime.hub.reading import Reading as WeightsReading
from heldout.runtime.language_training.training import begun
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.adapters.merge import merge
from heldout.runtime.operators.evaluate.perplexity import perplexity
from heldout.runtime.resources import Resources
from tests.fixtures.questions import with_choices, with_free_answers
from tests.fixtures.tiny_llama import CHAT, WORDS, tiny_llama
from tests.runtime.operators.evaluate.test_choices import choices
from tests.runtime.operators.evaluate.test_generate import generate
from tests.runtime.operators.train.test_language_model import StopBeforeStep6, language_model, successors

ENDING = CHAT.replace(
    "{{ message.content }} ", "{{ message.content }} {% if message.role == 'assistant' %}</s>{% endif %} "
)
TALK = [
    [("user", "what is the sky ?"), ("assistant", "deep blue"), ("user", "grass ?"), ("assistant", "green")],
    [("user", "what colour is the grass ?"), ("assistant", "green")],
    [("user", "grass ?"), ("assistant", "green")],
]


def chats():
    said = [[{"role": role, "content": content} for role, content in one] for one in TALK]
    return Dataset(pa.table({"id": ["a", "b", "c"], "messages": said}))


def train(data, start="llama", *, checkpoint=None, tokenizer=None, **more):
    start = tiny_llama() if start == "llama" else start
    settings = {"steps": 3, "batch_size": 3, "learning_rate": 0.01, "record_every": 1} | more
    return language_model(data, start, tokenizer, checkpoint=checkpoint or Checkpoint(), **settings)


def first_loss(**more):
    return train(chats(), steps=1, chat_template=ENDING, **more).curve.rows["value"][0].as_py()


def largest_gap(one, other):
    return max((one.weights[name] - other.weights[name]).abs().max().item() for name in one.weights)


def test_the_loss_is_the_mean_over_what_the_assistant_says():
    rows = Reading().rows(chats(), TextTokens.of(tiny_llama().files, ENDING))
    network, said = restore_language_model(tiny_llama()).eval(), []
    for number in range(3):
        tokens, learnt = rows.row(number)
        scores = network(torch.from_numpy(tokens).long()[None])[0].log_softmax(-1)
        said += [-scores[at - 1, tokens[at]].item() for at in np.flatnonzero(learnt)]
    assert len(said) == 9  # three words and two, three times an end, and one more answer with its end
    assert first_loss() == pytest.approx(np.mean(said), rel=1e-5)


def test_packed_parted_and_recomputed_rows_have_the_same_losses():
    expected = train(chats(), chat_template=ENDING)
    for more in (
        {"pack": True},
        {"resources": Resources(micro_batch=1)},
        {"resources": Resources(micro_batch=2), "pack": True},
        {"recompute": True},
        {"batch_tokens": 100},
    ):
        found = train(chats(), chat_template=ENDING, **more)
        assert found.curve.rows["value"].to_numpy() == pytest.approx(
            expected.curve.rows["value"].to_numpy(), rel=1e-4
        ), more


def test_a_model_learns_to_answer_and_keeps_its_tokenizer_and_template():
    data = with_free_answers()
    trained = train(data, chat=True, chat_template=ENDING, steps=60, learning_rate=0.03, pack=True)
    said = generate(trained.model, data, chat=True, most_tokens=4).records.rows
    assert said["text"].to_pylist() == ["green", "deep blue", "red", "red"]
    assert said["ended"].to_pylist() == ["end"] * 4
    assert trained.model.files["chat_template.jinja"].decode() == ENDING


def test_a_tuned_model_answers_as_it_is_and_its_base_stays_as_it_was():
    data, start = with_choices(), tiny_llama()
    settings = {"template": "{question} Answer :", "batch_size": 4}
    tuned = train(data, tuning={"lora": {"rank": 8}}, steps=20, **settings).model
    assert tuned.base is start
    assert {name.split(".lora_")[1] for name in tuned.weights} == {"A.weight", "B.weight"}
    chosen = choices(tuned, data, template="{question} Answer :")
    assert {row["metric"]: row["value"] for row in chosen.table.rows.to_pylist()}["accuracy"] == 1.0
    assert chosen.records.rows["accuracy"].to_pylist() == [1.0] * len(data)
    written = generate(tuned, data, template="{question} Answer :", most_tokens=4).records.rows
    right = [row[label] for row, label in zip(data.rows["choices"].to_pylist(), data.labels, strict=True)]
    assert written["text"].to_pylist() == right
    assert written["ended"].to_pylist() == ["end"] * len(data)
    whole = choices(merge(tuned), data, template="{question} Answer :").records.rows
    for one, other in zip(whole["log_probabilities"], chosen.records.rows["log_probabilities"], strict=True):
        assert one.as_py() == pytest.approx(other.as_py(), rel=1e-3)
    texts = Dataset(pa.table({"id": ["a"], "text": ["the sky is deep blue"]}))
    said = [perplexity(model, texts).records.rows["nll"][0].as_py() for model in (tuned, start)]
    assert abs(said[0] - said[1]) > 0.1


class Largest(TorchDispatchMode):
    """By type, the most elements of a tensor that anything makes."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        out = function(*arguments, **(named or {}))
        for one in out if isinstance(out, tuple | list) else [out]:
            if isinstance(one, torch.Tensor) and one.device.type != "meta":
                self.found[one.dtype] = max(self.found.get(one.dtype, 0), one.numel())
        return out


def test_frozen_weights_are_read_once_and_held_in_bfloat16_alone(tmp_path, monkeypatch):
    sizes = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = {"model_type": "llama", "vocab_size": 30, "max_position_embeddings": 32, **sizes}
    network = {"hub-causal": {"config": config}}
    fresh = train(chats(), None, network=network, tokenizer=tiny_llama(), chat_template=ENDING, steps=0).model
    held = {name: weight.bfloat16() for name, weight in fresh.weights.items()}
    Model(held, {}, fresh.files | {"tokenizer_config.json": b"{}"}).save(tmp_path)
    start = Model.load(tmp_path)
    read = []
    monkeypatch.setattr(format, "owned", lambda weights, name: read.append(name) or owned(weights, name))
    module, _, _ = begun(start, "", 30, 0, WeightsReading("bfloat16"))
    assert {one.dtype for one in module.parameters()} == {torch.bfloat16}
    assert sorted(read) == sorted(held)

    settings = {"tuning": {"lora": {"rank": 2}}, "chat_template": ENDING}
    with Largest() as seen:
        trained = train(chats(), start, precision="bfloat16", **settings)
    assert seen.found[torch.bfloat16] >= 128 * 256
    assert seen.found[torch.float32] < 128 * 128  # no matrix of the base, as it is or with an update
    assert {weight.dtype for weight in trained.model.weights.values()} == {torch.float32}
    whole = train(chats(), start, **settings).curve.rows["value"].to_numpy()
    assert trained.curve.rows["value"].to_numpy() == pytest.approx(whole, rel=0.05)


def test_nothing_learnt_it_says_what_its_base_says():
    none = train(chats(), tuning="ia3", chat_template=ENDING, steps=0).model
    networks = [restore_language_model(model).eval() for model in (none, tiny_llama())]
    tokens = torch.tensor([[1, 5, 6, 7]])
    assert torch.equal(networks[0](tokens), networks[1](tokens))
    assert none.files["chat_template.jinja"].decode() == ENDING


def test_an_adapter_is_trained_over_a_tuned_model_and_whole_weights_from_one():
    first = train(chats(), tuning="lora", chat_template=ENDING).model
    second = train(chats(), first, tuning="lora", chat_template=ENDING).model
    assert second.base is first and first.base is tiny_llama()
    whole = train(chats(), first, steps=0, chat_template=ENDING).model
    merged = merge(first)
    assert whole.base is None
    assert {name: weight.shape for name, weight in whole.weights.items()} == {
        name: weight.shape for name, weight in merged.weights.items()
    }
    assert largest_gap(whole, merged) == 0.0


def test_tuning_and_recomputation_go_together():
    settings = {"tuning": {"lora": {"modules": r".*q_proj"}}, "chat_template": ENDING}
    kept, again = train(chats(), **settings), train(chats(), recompute=True, **settings)
    assert largest_gap(kept.model, again.model) < 1e-5
    assert {name.split(".lora_")[0] for name in kept.model.weights} == {
        f"base_model.model.model.layers.{layer}.self_attn.q_proj" for layer in range(2)
    }


@pytest.mark.parametrize("more", [{}, {"tuning": {"lora": {"dropout": 0.2}}}], ids=["all", "lora"])
def test_an_interrupted_run_goes_on_with_the_same_bits(tmp_path, more):
    settings = {"steps": 9, "chat_template": ENDING, "batch_size": 2, "pack": True} | more
    whole = train(chats(), **settings)
    folder = tmp_path / "checkpoint"
    with pytest.raises(Interrupted):
        train(chats(), checkpoint=Checkpoint(folder, StopBeforeStep6()), **settings)
    resumed = train(chats(), checkpoint=Checkpoint(folder), **settings)
    assert largest_gap(whole.model, resumed.model) == 0.0
    assert whole.curve.rows.equals(resumed.curve.rows)


def test_a_fresh_network_learns_texts_with_the_tokenizer_of_another_model():
    data = Dataset(pa.table({"id": ["a", "b"], "text": ["the sky is deep blue", "the grass is green"]}))
    network = {"decoder": {"width": 16, "depth": 1, "heads": 2, "positions": "rotary"}}
    trained = language_model(
        data, None, tiny_llama(), checkpoint=Checkpoint(), network=network, steps=150,
        batch_size=2, learning_rate=0.02,
    )  # fmt: skip
    assert trained.curve.rows["value"].to_numpy()[-1] < 0.5
    assert trained.model.config["vocabulary"] == len(WORDS)
    asked = with_choices().take([0, 1])
    assert len(choices(trained.model, asked).records) == 2


def test_tokens_that_are_padded_may_be_packed_too():
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 16}
    undropped = dict.fromkeys(("attn_pdrop", "resid_pdrop", "embd_pdrop"), 0)
    network = {"hub-causal": {"config": {"model_type": "gpt2", **sizes, **undropped}}}
    trained = language_model(
        successors(), checkpoint=Checkpoint(), network=network, steps=120,
        batch_size=4, pack=True, learning_rate=0.02,
    )  # fmt: skip
    module = restore_language_model(trained.model).eval()
    answers = module(successors().tensors["tokens"])[:, 2].argmax(-1)
    assert torch.equal(answers, successors().tensors["tokens"][:, 3])


def test_what_cannot_be_done_is_said():
    bare = {name: content for name, content in tiny_llama().files.items() if name != "tokenizer.json"}
    with pytest.raises(ValueError, match="texts need a model with a tokenizer"):
        language_model(chats(), checkpoint=Checkpoint())
    start = type(tiny_llama())(tiny_llama().weights, {}, bare)
    with pytest.raises(ValueError, match=r"no tokenizer\.json"):
        train(chats(), start)
    with pytest.raises(ValueError, match="`pack` is for networks of transformers"):
        language_model(successors(), checkpoint=Checkpoint(), pack=True)
    bloom = {"model_type": "bloom", "hidden_size": 16, "n_layer": 1, "n_head": 2}
    with pytest.raises(ValueError, match="see each other in 'bloom': set `pack: false`"):
        language_model(
            successors(),
            checkpoint=Checkpoint(),
            network={"hub-causal": {"config": bloom}},
            pack=True,
            steps=1,
        )
    about = json.loads(tiny_llama().files["tokenizer_config.json"])
    about.pop("chat_template")
    unchatty = bare | {
        "tokenizer.json": tiny_llama().files["tokenizer.json"],
        "tokenizer_config.json": json.dumps(about).encode(),
    }
    with pytest.raises(ValueError, match="no chat template"):
        train(chats(), type(tiny_llama())(tiny_llama().weights, {}, unchatty))
