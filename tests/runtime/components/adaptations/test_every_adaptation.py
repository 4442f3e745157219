"""What holds for every adaptation: the folder is listed, so a new file is covered as it is."""

import inspect

import numpy as np
import pytest
import torch
from docstring_parser import parse

from heldout.runtime.lookup import find, named_files
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits

NAMES = sorted(path.stem for name, path in named_files() if name.startswith("adaptations/"))


@pytest.fixture(scope="module")
def model():
    network = {"conv": {"width": 4, "norm": "batch"}}
    return classifier_model(build_classifier(network, (1, 8, 8), 10, seed=0))


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 40]).take(np.arange(0, 1797, 12))


@pytest.fixture
def halves(data):
    return [data.take(np.flatnonzero(data.domains == name)) for name in ("0", "40")]


def adapted(name, model, stream, source, state=None, **more):
    return online(model, stream.without_labels(), source, state, method=name, batch_size=16, **more)


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_in_two_tasks_is_the_stream_in_one(name, model, halves):
    source, stream = halves
    whole = adapted(name, model, stream, source)
    first = adapted(name, model, stream.take(range(48)), source)
    rest = adapted(name, model, stream.take(range(48, len(stream))), source, first.state)
    logits = np.concatenate([first.predictions.logits, rest.predictions.logits])
    assert np.array_equal(logits, whole.predictions.logits)
    assert whole.state.weights.keys() == rest.state.weights.keys()
    assert all(torch.equal(value, rest.state.weights[key]) for key, value in whole.state.weights.items())


@pytest.mark.parametrize("name", NAMES)
def test_frozen_the_order_of_batches_changes_nothing(name, model, halves):
    source, stream = halves
    stream = stream.take(range(32))
    turned = stream.take([*range(16, 32), *range(16)])
    one, two = (adapted(name, model, s, source, frozen=True).predictions.logits for s in (stream, turned))
    np.testing.assert_allclose(one, two[[*range(16, 32), *range(16)]], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_state_is_the_state(name, model, halves, tmp_path):
    source, stream = halves
    state = adapted(name, model, stream, source).state
    state.save(tmp_path)
    loaded = type(state).load(tmp_path)
    assert np.array_equal(
        adapted(name, model, source, None, loaded).predictions.logits,
        adapted(name, model, source, None, state).predictions.logits,
    )


@pytest.mark.parametrize("name", NAMES)
def test_docstring_documents_departures_and_every_hyperparameter(name):
    function = find(f"adaptations/{name}")
    parameters = inspect.signature(function).parameters.values()
    assert [p.name for p in parameters][:3] == ["classifier", "x", "state"]
    own = {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    assert {p.arg_name for p in parse(inspect.getdoc(function)).params} == own
    assert "Differs from the paper:" in function.__doc__
