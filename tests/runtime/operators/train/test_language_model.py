import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.artifacts.sequences import Sequences
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.language_model import restore_language_model
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.train.language_model import language_model
from heldout.runtime.resources import Resources
from tests.fixtures.written import written

language_model = written(language_model)

NETWORK = {"decoder": {"width": 16, "depth": 1, "heads": 2, "dropout": 0.1}}
GPT2 = {"model_type": "gpt2", "n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 16}
VOCABULARY = ["<pad>", "<", "=", *"abcd"]
KINDS = (("tokens", torch.int32), ("answer", torch.bool))


class StopBeforeStep6(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 6 else None


def successors():
    """`< x = y` for every letter, where y is the next one: what the answer is depends on x alone."""
    tokens = torch.tensor([[1, x, 2, 3 + (x - 2) % 4] for x in (3, 4, 5, 6)])
    answer = torch.tensor([[False, False, False, True]]).expand(4, 4)
    return Dataset(
        pa.table({"id": list("abcd")}), {"tokens": tokens, "answer": answer}, (), {"vocabulary": VOCABULARY}
    )


def train(data, *, start=None, checkpoint=None, **more):
    settings = {
        "network": NETWORK,
        "steps": 10,
        "batch_size": 8,
        "record_every": 4,
        "replacement": True,
    } | more
    return language_model(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


def tiny(tmp_path, hub):
    return {"data": successors(), "network": NETWORK, "steps": 4, "batch_size": 8}


@pytest.mark.parametrize("network", [NETWORK, {"hub-causal": {"config": GPT2}}], ids=["decoder", "hub"])
def test_learns_to_answer_and_records_a_falling_curve(network):
    data = successors()
    trained = train(data, network=network, steps=120, learning_rate=0.02)
    module = restore_language_model(trained.model).eval()
    answers = module(data.tensors["tokens"])[:, 2].argmax(-1)
    assert torch.equal(answers, data.tensors["tokens"][:, 3])
    rows = trained.curve.rows.to_pylist()
    assert [row["step"] for row in rows] == [*range(0, 120, 4), 119]
    assert rows[-1]["value"] < 0.2 * rows[0]["value"]


def test_the_loss_is_that_of_the_answers_alone():
    undropped = {"decoder": {"width": 16, "depth": 1, "heads": 2}}
    data = successors()
    start = train(data, network=undropped, steps=0).model
    said = restore_language_model(start).eval()(data.tensors["tokens"])[:, 2].log_softmax(-1)
    by_hand = -said.gather(1, data.tensors["tokens"][:, 3:]).mean().item()
    first = train(data, start=start, steps=1, batch_size=4, replacement=False).curve.rows["value"][0].as_py()
    assert first == pytest.approx(by_hand, rel=1e-6)


def test_minibatches_in_parts_and_rows_in_sequences_give_the_same_curve():
    network = {"decoder": {"width": 16, "depth": 1, "heads": 2}}
    expected = train(successors(), network=network).curve.rows["value"].to_numpy()
    data = successors()
    tokens, answer = (Sequences.of(list(data.tensors[name]), dtype) for name, dtype in KINDS)
    lazy = Dataset(data.rows, {}, (), data.notes, {}, {"tokens": tokens, "answer": answer})
    for given, resources in ((data, Resources(micro_batch=3)), (lazy, Resources())):
        found = train(given, network=network, resources=resources).curve.rows["value"].to_numpy()
        assert found == pytest.approx(expected, rel=1e-5)


def test_starts_from_a_model_with_its_network():
    data = successors()
    start = train(data, steps=5).model
    same = train(data, start=start, network="decoder", steps=0).model
    assert same.config["language_model"] == NETWORK
    assert all(torch.equal(same.weights[name], start.weights[name]) for name in start.weights)


def test_refuses_a_start_that_does_not_know_the_tokens():
    data = successors()
    more = Dataset(data.rows, data.tensors, (), {"vocabulary": [*VOCABULARY, "e"]})
    with pytest.raises(ValueError, match="knows 7 tokens, the data have 8"):
        train(more, start=train(data, steps=0).model)


def test_checkpoint_with_dropout_resumes_to_the_same_bits(tmp_path):
    whole = train(successors(), schedule="cosine", warmup=0.2)
    with pytest.raises(Interrupted):
        stopped = Checkpoint(tmp_path / "c", StopBeforeStep6())
        train(successors(), schedule="cosine", warmup=0.2, checkpoint=stopped)
    assert Checkpoint(tmp_path / "c").load()[1]["step"] == 6
    resumed = train(successors(), schedule="cosine", warmup=0.2, checkpoint=Checkpoint(tmp_path / "c"))
    assert all(torch.equal(whole.model.weights[k], resumed.model.weights[k]) for k in whole.model.weights)
    assert whole.curve.rows.equals(resumed.curve.rows)


def test_seeds_decide_the_weights():
    one, same, other = (train(successors(), seed=seed).model.weights for seed in (0, 0, 1))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.weight"], other["head.weight"])


def test_names_the_step_at_which_the_loss_is_not_a_number():
    with pytest.raises(ValueError, match="the loss is nan at step"):
        train(successors(), learning_rate=float("inf"), clip=None)


def test_a_network_of_this_project_is_tuned_too():
    data, network = successors(), {"decoder": {"width": 16, "depth": 1, "heads": 2}}
    start = train(data, network=network, steps=5).model
    tuned = train(data, start=start, tuning={"lora": {"rank": 4}}, steps=60, learning_rate=0.03).model
    assert tuned.base is start and all("lora_" in name for name in tuned.weights)
    answers = restore_language_model(tuned).eval()(data.tensors["tokens"])[:, 2].argmax(-1)
    assert torch.equal(answers, data.tensors["tokens"][:, 3])
    with pytest.raises(ValueError, match="give `start`, or leave out `tuning`"):
        train(data, tuning="lora")
