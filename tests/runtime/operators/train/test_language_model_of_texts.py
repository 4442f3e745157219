"""Training on texts, questions and conversations; of padded tokens see test_language_model."""

import json

import numpy as np
import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.asking.learnt_tokens import Reading
from heldout.runtime.asking.text_tokens import TextTokens
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.evaluate.choices import choices
from heldout.runtime.operators.evaluate.generate import generate
from heldout.runtime.operators.train.language_model import language_model
from heldout.runtime.resources import Resources
from tests.fixtures.questions import with_choices, with_free_answers
from tests.fixtures.tiny_llama import CHAT, WORDS, tiny_llama
from tests.runtime.operators.train.test_language_model import StopBeforeStep6, successors

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


def train(data, start="llama", *, checkpoint=None, **more):
    start = tiny_llama() if start == "llama" else start
    settings = {"steps": 3, "batch_size": 3, "learning_rate": 0.01, "record_every": 1} | more
    return language_model(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


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


def test_low_rank_updates_learn_and_leave_the_head_as_it_was():
    data, start = with_choices(), tiny_llama()
    trained = train(data, template="{question} Answer :", tune="lora", rank=8, steps=80, learning_rate=0.03)
    chosen = choices(trained.model, data, template="{question} Answer :").table.rows.to_pylist()
    assert {row["metric"]: row["value"] for row in chosen}["accuracy"] == 1.0
    head = "lm_head.weight"
    assert torch.equal(trained.model.weights[head], start.weights[head])
    name = "model.layers.0.self_attn.q_proj.weight"
    moved = trained.model.weights[name] - start.weights[name]
    assert torch.linalg.matrix_rank(moved, rtol=1e-3) == 8
    none = train(data, template="{question} Answer :", tune="lora", steps=0).model
    assert largest_gap(none, start) == 0.0


def test_low_rank_updates_and_recomputation_go_together():
    settings = {"tune": "lora", "chat_template": ENDING}
    kept, again = train(chats(), **settings), train(chats(), recompute=True, **settings)
    assert largest_gap(kept.model, again.model) < 1e-5
    only = train(chats(), modules=r".*q_proj", **settings).model
    changed = {
        name for name in only.weights if not torch.equal(only.weights[name], tiny_llama().weights[name])
    }
    assert changed == {f"model.layers.{layer}.self_attn.q_proj.weight" for layer in range(2)}


def test_bfloat16_holds_frozen_weights_in_it():
    trained = train(chats(), tune="lora", precision="bfloat16", chat_template=ENDING, pack=True)
    assert trained.model.weights["lm_head.weight"].dtype == torch.bfloat16
    assert trained.curve.rows["value"][0].as_py() == pytest.approx(first_loss(), rel=0.05)


@pytest.mark.parametrize("more", [{}, {"tune": "lora"}], ids=["all", "lora"])
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
        data, None, tiny_llama(), checkpoint=Checkpoint(), network=network, steps=150, batch_size=2,
        learning_rate=0.02,
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
        successors(), checkpoint=Checkpoint(), network=network, steps=120, batch_size=4, pack=True,
        learning_rate=0.02,
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
    with pytest.raises(ValueError, match="are for networks of transformers"):
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
