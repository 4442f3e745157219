import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.models.encoder_decoder import (
    build_encoder_decoder,
    encoder_decoder_model,
    restore_encoder_decoder,
)
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.models.low_rank import in_full, updated
from heldout.runtime.operators.adapters.activations import activations
from heldout.runtime.operators.adapters.gate import gate
from heldout.runtime.operators.adapters.lora import lora
from heldout.runtime.operators.adapters.pool import pool
from heldout.runtime.operators.evaluate.routed import routed

VOCABULARY = ["<pad>", "<eos>", "<mask>", "a", "b", "c", "d"]


def task(letter, name):
    """Prompts of two and one letters, answered by one letter."""
    tokens = torch.tensor([[3, 4, letter, 1], [5, letter, 1, 0], [6, 5, letter, 1], [4, letter, 1, 0]])
    answer = torch.tensor([[0, 0, 1, 1], [0, 1, 1, 0]] * 2, dtype=torch.bool)
    rows = {"id": [f"{name}-{i}" for i in range(4)], "task": [name] * 4, "text": list("wxyz")}
    return Dataset(pa.table(rows), {"tokens": tokens, "answer": answer}, notes={"vocabulary": VOCABULARY})


@pytest.fixture(scope="module")
def parts():
    """A base, an adapter a task, and the pool of both."""
    module = build_encoder_decoder(VOCABULARY, width=16, depth=1, heads=2, seed=0)
    base = encoder_decoder_model(module, {"vocabulary": VOCABULARY})
    data = {"a": task(3, "a"), "b": task(4, "b")}
    settings = {"checkpoint": Checkpoint(), "batch_size": 8}
    trained = {
        name: lora(base, d, rank=4, alpha=4.0, steps=80, learning_rate=0.03, **settings).adapter
        for name, d in data.items()
    }
    gates = [gate(base, trained[name], data[name], steps=3, **settings).gate for name in data]
    means = [activations(base, trained[name], data[name]) for name in data]
    return base, data, trained, pool(list(trained.values()), gates, means)


def tiny(tmp_path, hub):
    module = build_encoder_decoder(VOCABULARY, width=8, depth=1, heads=2, seed=0)
    base = encoder_decoder_model(module, {})
    data = task(3, "a")
    adapter = lora(base, data, checkpoint=Checkpoint(), rank=1, alpha=1.0, steps=1, batch_size=2).adapter
    return {"base": base, "pool": adapter, "data": data, "router": "merged"}


def test_an_adapter_writes_its_task_and_not_the_other(parts):
    base, data, trained, _ = parts
    own, other = (routed(base, trained["a"], data[name], router="merged") for name in "ab")
    assert own.table.scalar("exact_match") == 1.0
    assert own.records.rows["written"].to_pylist() == [[3, 1]] * 4
    assert other.table.scalar("exact_match") == 0.0
    assert other.records.rows["first_mistake"].to_pylist() == [0] * 4
    assert other.table.scalar("token_accuracy") < own.table.scalar("token_accuracy") == 1.0


def one_hot(everything: Model, position: int, base: Model) -> Model:
    """The pool with gates that fit one member perfectly, and another not at all, at every token."""
    weights = dict(everything.weights)
    for key in [key for key in weights if key.endswith(".gate")]:
        gates = torch.zeros_like(weights[key])
        # Scores are products with standardized activations: a gate that is constant scores 0 and
        # one that is minus another has minus its score. All-equal gates send ties to the first.
        weights[key] = gates
    order = [position, 1 - position]
    for key in [k for k in weights if k.endswith((".lora_A", ".lora_B"))]:
        weights[key] = weights[key][order]
    members = [everything.config["members"][i] for i in order]
    return Model(weights, everything.config | {"members": members})


@pytest.mark.parametrize("position", [0, 1])
def test_routing_to_one_adapter_alone_is_that_adapter(parts, position):
    base, data, trained, everything = parts
    name = "ab"[position]
    alone = routed(base, trained[name], data["a"], router="merged").records.rows
    single = routed(base, everything, data["a"], router={"single": {"member": name}}).records.rows
    tied = one_hot(everything, position, base)
    best = routed(base, tied, data["a"], router={"phatgoose": {"k": 1}}).records.rows
    for rows in (single, best):
        assert rows["nll"].to_pylist() == pytest.approx(alone["nll"].to_pylist(), rel=1e-5)
        assert rows["entropy"].to_pylist() == [0.0] * 4
    assert {max(w) for w in single["weights"].to_pylist()} == {1.0}


@pytest.mark.parametrize("router", ["phatgoose", "average-activation", "retrieval", "merged", "unadapted"])
def test_greedy_decoding_agrees_with_the_exact_matches(parts, router):
    base, data, _, everything = parts
    rows = routed(base, everything, data["b"], router=router).records.rows.to_pylist()
    assert [row["exact"] == 1 for row in rows] == [row["written"] == [4, 1] for row in rows]
    assert [row["first_mistake"] is None for row in rows] == [row["exact"] == 1 for row in rows]


def test_teacher_forcing_finds_what_generate_writes(parts):
    base, data, trained, _ = parts
    module = restore_encoder_decoder(base)
    rows = routed(base, trained["b"], data["a"], router="merged").records.rows.to_pylist()
    with torch.no_grad(), updated(module, lora_updates(trained["b"]), in_full):
        for row, prompt in zip(rows, ([3, 4], [5], [6, 5], [4]), strict=True):
            written = module.generate(torch.tensor([prompt]), max_new_tokens=2, do_sample=False)[
                0, 1:
            ].tolist()
            place = row["first_mistake"]
            assert written[: place + 1] == row["written"][: place + 1]


def test_the_base_alone_and_weights_on_the_skills_of_a_task(parts):
    base, data, _, everything = parts
    table = routed(base, everything, data["a"], router="unadapted").table
    assert (table.scalar("own_weight"), table.scalar("entropy")) == (0.0, 0.0)
    both = data["a"].rows.set_column(1, "task", pa.array(["a+b", "a", "b+x", "c"]))
    mixed = Dataset(both, data["a"].tensors, notes=data["a"].notes)
    records = routed(base, everything, mixed, router="merged").records.rows
    assert records["own_weight"].to_pylist() == pytest.approx([1.0, 0.5, 0.5, 0.0])
    assert records["weights"].to_pylist()[0] == pytest.approx([0.5, 0.5])
