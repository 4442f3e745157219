import numpy as np
import pytest

from heldout.runtime.artifacts import Model
from heldout.runtime.machine.catalog.signature import operator_signature
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operator import Use
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.evaluate.classification import classification

ADANPC = {"adanpc": {"neighbours": 3}}


def test_without_adaptation_the_logits_are_those_of_the_classifier(model, data):
    adapted = online(model, data.without_labels(), batch_size=7)
    plain = classification(model, data).predictions
    np.testing.assert_allclose(adapted.predictions.logits, plain.logits, rtol=1e-5, atol=1e-6)
    assert adapted.predictions.rows["id"].equals(data.rows["id"])
    assert adapted.predictions.rows["domain"].equals(data.rows["domain"])
    assert "label" not in adapted.predictions.rows.column_names


def test_the_stream_is_read_without_its_labels():
    uses = {port.name: port.use for port in operator_signature(online).ports}
    assert uses["stream"] is Use.ADAPTS
    assert uses["source"] is Use.TRAINS


def test_operations_are_counted_by_hand(model, data):
    cost = online(model, data.without_labels()).cost
    # A linear classifier: 64 inputs times 10 classes, a product and a sum each.
    assert cost.scalar("flops") == 2 * 64 * 10
    assert cost.scalar("overhead") == 0
    assert cost.scalar("state_size") == 0


def test_the_memorys_operations_and_size_by_hand(model, data):
    source, stream = data.take(range(20)), data.take(range(20, 50)).without_labels()
    cost = online(model, stream, source, method=ADANPC, batch_size=10).cost
    # Three batches of 10 meet memories of 20, 30 and 40 rows of 64 features; the head is not asked.
    assert cost.scalar("flops") == 2 * 64 * (20 + 30 + 40) / 3
    assert cost.scalar("overhead") == pytest.approx(2 * 64 * 30 / (2 * 64 * 10) - 1)
    assert cost.scalar("state_size") == 50 * (64 + 1)  # features and a label


def test_frozen_keeps_the_state(model, data):
    source, stream = data.take(range(20)), data.take(range(20, 50)).without_labels()
    frozen = online(model, stream, source, method=ADANPC, frozen=True)
    assert len(frozen.state.weights["labels"]) == 20


def test_shuffled_streams_hold_the_same_examples(model, data):
    one, two = (online(model, data.without_labels(), shuffle=seed).predictions for seed in (0, 1))
    ids = [p.rows["id"].to_pylist() for p in (one, two)]
    assert ids[0] != ids[1]
    assert sorted(ids[0]) == sorted(data.rows["id"].to_pylist())
    logit = dict(zip(ids[1], two.logits.tolist(), strict=True))
    np.testing.assert_allclose([logit[name] for name in ids[0]], one.logits, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", ["tent", "t3a", ADANPC])
def test_a_model_in_the_hubs_format_is_adapted(data, method, tmp_path):
    sizes = {"num_channels": 1, "embedding_size": 4, "hidden_sizes": [4], "depths": [1]}
    network = {"hub": {"config": {"model_type": "resnet", **sizes}}}
    classifier_model(build_classifier(network, (1, 8, 8), 10, seed=0)).save(tmp_path)
    model = Model.load(tmp_path)
    adapted = online(model, data.without_labels(), data, method=method)
    assert np.isfinite(adapted.predictions.logits).all()
    assert len(adapted.predictions) == len(data)


def test_what_does_not_fit_is_refused(model, data):
    stream = data.without_labels()
    with pytest.raises(ValueError, match="the stream has no examples"):
        online(model, stream.take([]))
    other = classifier_model(build_classifier("linear", (1, 4, 4), 10, seed=0))
    with pytest.raises(ValueError, match=r"takes inputs of shape \[1, 4, 4\], the data have \[1, 8, 8\]"):
        online(other, stream)
    state = online(model, stream, data, method="adanpc").state
    with pytest.raises(ValueError, match="the state is adanpc's, and the method is t3a"):
        online(model, stream, state=state, method="t3a")
    with pytest.raises(ValueError, match="the state is no adaptation's"):
        online(model, stream, state=Model({}, {}), method="t3a")
