import itertools
from dataclasses import replace

import pyarrow as pa
import pytest
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.models.classifier import restore_classifier
from heldout.runtime.operator import Interrupted
from heldout.runtime.operators.data.text.encoded_text import encoded_text
from heldout.runtime.operators.evaluate.classification import classification
from heldout.runtime.operators.evaluate.per_domain import per_domain
from heldout.runtime.operators.fetch.model_folder import model_folder
from heldout.runtime.operators.train.text_classifier import text_classifier
from heldout.runtime.resources import Resources
from tests.fixtures.written import written
from tests.runtime.operators.fetch.test_model_folder import pinned
from tests.runtime.small_encoders import write_encoder

text_classifier = written(text_classifier)

# The adjective decides: good and fine against bad and poor, of films and of books.
TEXTS = [
    (f"the {thing} was {very}{word}", int(word in ("good", "fine")), thing)
    for thing, very, word in itertools.product(
        ("film", "book"), ("", "very ", "very very "), ("good", "bad", "fine", "poor")
    )
]
TEXT, LABEL, DOMAIN = (list(column) for column in zip(*TEXTS, strict=True))
ROWS = pa.table({"id": [str(n) for n in range(len(TEXT))], "text": TEXT, "label": LABEL, "domain": DOMAIN})
RAW = Dataset(ROWS, classes=("bad", "good"))


class StopBeforeStep6(StopSignal):
    def __init__(self):
        self.looks = 0

    @property
    def received(self):
        self.looks += 1
        return 15 if self.looks > 6 else None


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "encoder"
    write_encoder(folder)
    return model_folder(**pinned(folder))


@pytest.fixture(scope="module")
def data(start):
    return encoded_text(RAW, start, max_tokens=10)


def tiny(tmp_path, hub):
    write_encoder(tmp_path / "encoder")
    start = model_folder(**pinned(tmp_path / "encoder"))
    return {"data": encoded_text(RAW, start, max_tokens=8), "start": start, "steps": 3, "batch_size": 4}


def train(data, start, *, checkpoint=None, **more):
    settings = {"steps": 10, "batch_size": 6, "learning_rate": 1e-2, "record_every": 4} | more
    return text_classifier(data, start, checkpoint=checkpoint or Checkpoint(), **settings)


def test_micro_batches_give_the_same_weights_within_rounding(data, start):
    whole, parts = (
        train(data, start, tune="head", steps=3, resources=Resources(micro_batch=size)).model
        for size in (None, 5)
    )
    for name, weight in whole.weights.items():
        torch.testing.assert_close(parts.weights[name], weight, rtol=1e-4, atol=1e-5)


def changed(model, start):
    return {name for name, w in start.weights.items() if not torch.equal(model.weights[name], w)}


@pytest.mark.parametrize("tune", ["all", "lora", "head"])
def test_it_learns_what_the_adjective_says(tune, data, start):
    settings = {"steps": 300, "learning_rate": 0.3} if tune == "head" else {"steps": 60}
    trained = train(data, start, tune=tune, **settings)
    table = {
        row["metric"]: row["value"] for row in classification(trained.model, data).table.rows.to_pylist()
    }
    assert table["accuracy"] == 1
    losses = trained.curve.rows["value"].to_pylist()
    assert losses[-1] < losses[0] / 2


def test_scores_are_by_domain_and_by_row(data, start):
    predictions = classification(train(data, start).model, data).predictions
    assert predictions.rows["id"].to_pylist() == data.rows["id"].to_pylist()
    groups = per_domain(predictions).rows["group"].to_pylist()
    assert list(dict.fromkeys(groups)) == ["film", "book"]


def test_before_any_step_the_logits_are_those_of_the_pooled_features(data, start, tmp_path):
    original = write_encoder(tmp_path / "again")
    module = restore_classifier(train(data, start, steps=0).model).eval()
    with torch.no_grad():
        x = data.x[:1][data.x[:1] != 0][None]
        features = original(input_ids=x).last_hidden_state.mean(dim=1)
        torch.testing.assert_close(module(data.x[:1]), module.head(features), atol=1e-6, rtol=1e-5)
    assert not changed(train(data, start, steps=0).model, drop_pooler(start))


def drop_pooler(model):
    return replace(model, weights={n: w for n, w in model.weights.items() if not n.startswith("pooler.")})


def test_what_is_frozen_stays(data, start):
    start = drop_pooler(start)
    assert not changed(train(data, start, tune="head").model, start)
    names = changed(train(data, start, tune="lora", modules=r".*\.(query|value)").model, start)
    expected = {
        f"encoder.layer.{layer}.attention.self.{part}.weight"
        for layer in (0, 1)
        for part in ("query", "value")
    }
    assert names == expected
    moved = changed(train(data, start, tune="all").model, start)
    assert moved > names and len(moved) > len(start.weights) / 2


def test_an_update_has_no_more_than_its_rank(data, start):
    model = train(data, start, tune="lora", rank=2).model
    name = "encoder.layer.0.attention.self.query.weight"
    change = (model.weights[name] - start.weights[name]).double()
    assert torch.linalg.matrix_rank(change, tol=1e-5) == 2


def test_the_first_step_of_a_head_is_adamws_by_hand(data, start):
    # Rows are drawn so often that the loss is its mean. Adam's first step is lr * sign(g), but for the decay.
    module = restore_classifier(train(data, start, tune="head", steps=0).model).eval()
    one = train(data, start, tune="head", steps=1, batch_size=4000, warmup=0, weight_decay=0.5)
    with torch.no_grad():
        features = module.featurizer(data.x)
    head = module.head.weight.detach().requires_grad_()
    loss = cross_entropy(features @ head.T + module.head.bias, data.labels)
    (gradient,) = torch.autograd.grad(loss, head)
    expected = head * (1 - 1e-2 * 0.5) - 1e-2 * gradient.sign()
    sure = gradient.abs() > gradient.abs().mean()  # as the draw may turn small ones
    torch.testing.assert_close(one.model.weights["head.weight"][sure], expected[sure], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("tune", ["all", "lora", "head"])
@pytest.mark.parametrize("objective", ["erm", "group-dro", {"coral": {"penalty": 0.5}}, "irm", "fish"])
def test_a_run_that_was_stopped_gives_the_same_bytes(tune, objective, data, start, tmp_path):
    settings = {"tune": tune, "objective": objective, "steps": 10}
    whole = train(data, start, **settings)
    with pytest.raises(Interrupted):
        train(data, start, checkpoint=Checkpoint(tmp_path, StopBeforeStep6()), **settings)
    resumed = train(data, start, checkpoint=Checkpoint(tmp_path), **settings)
    assert resumed.curve.rows.equals(whole.curve.rows)
    assert all(torch.equal(resumed.model.weights[name], w) for name, w in whole.model.weights.items())


def test_the_rate_rises_and_falls_and_gradients_are_clipped(data, start):
    # AdamW forgets a gradient's size, so that differences of weights show the rate.
    before = train(data, start, steps=0, tune="head").model.weights["head.weight"]
    warm = train(data, start, steps=10, tune="head", warmup=1.0, weight_decay=0).model.weights["head.weight"]
    still = train(data, start, steps=10, tune="head", warmup=0.0, schedule="constant", weight_decay=0)
    assert (warm - before).norm() < (still.model.weights["head.weight"] - before).norm()
    tight = train(data, start, steps=10, clip=1e-9).model
    assert (tight.weights["head.weight"] - before).norm() < (warm - before).norm()


def test_seeds_decide_head_and_dropout(data, start):
    one, again, other = (train(data, start, seed=seed) for seed in (1, 1, 2))
    assert one.curve.rows == again.curve.rows
    assert one.curve.rows != other.curve.rows


def test_fresh_weights_are_others(data, start):
    fresh = train(data, start, fresh=True, steps=0).model
    assert "embeddings.word_embeddings.weight" in changed(fresh, drop_pooler(start))
    assert fresh.config["network"]["text-encoder"]["pooling"] == "mean"


def test_a_classifier_goes_on_with_its_head_and_another_task_gets_a_fresh_one(data, start, tmp_path):
    first = train(data, start, tune="lora").model
    first.save(tmp_path)
    again = train(data, Model.load(tmp_path), steps=0, seed=9).model
    assert not changed(again, first)
    assert again.files["tokenizer.json"] == start.files["tokenizer.json"]
    three = train(replace(data, classes=("a", "b", "c")), first, steps=0).model
    assert three.weights["head.weight"].shape == (3, 16)
    kept = {name: weight for name, weight in first.weights.items() if not name.startswith("head.")}
    assert not changed(three, replace(first, weights=kept))


def test_pooling_is_the_models_own_or_as_said(data, start):
    def own(**more):
        return train(data, steps=0, **more).model.config["network"]["text-encoder"]["pooling"]

    assert own(start=start) == "mean"
    assert own(start=start, pooling="first") == "first"
    assert own(start=replace(start, config={})) == "first"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data, start: (data, Model(start.weights, {})), "it has no config.json"),
        (lambda data, start: (replace(data, classes=()), start), "the data have no classes"),
        (
            lambda data, start: (replace(data, notes={"tokenizer_sha256": "0" * 64}), start),
            "tokens of another model's tokenizer",
        ),
        (lambda data, start: (replace(data, tensors={"x": data.x + 9}), start), "which knows 14"),
        (lambda data, start: (replace(data, tensors={"x": data.x.float()}), start), "no tokens of `start`"),
        (lambda data, start: (data.take([]), start), "there are no examples to train on"),
    ],
)
def test_what_does_not_fit_is_refused(change, message, data, start):
    with pytest.raises(ValueError, match=message):
        train(*change(data, start))


def test_a_pattern_that_no_module_matches_is_refused(data, start):
    with pytest.raises(ValueError, match="no linear module has a name like 'q_proj'"):
        train(data, start, tune="lora", modules="q_proj")
