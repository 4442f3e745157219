"""What holds for every objective: the folder is listed, so a new file is covered as it is."""

import inspect
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

import pyarrow as pa
import pytest
import torch
from docstring_parser import parse

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint, StopSignal
from heldout.runtime.components.objectives.contract import SUPPLIED
from heldout.runtime.lookup import find, named_files
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operator import Interrupted, Prior
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)

NAMES = sorted(path.stem for name, path in named_files() if name.startswith("objectives/"))
NETWORK = {"mlp": {"width": 8}}
STEPS = 6


class StopAfter(StopSignal):
    """A signal that arrives before a step, counted from 0."""

    def __init__(self, step):
        self.steps_left = step

    @property
    def received(self):
        self.steps_left -= 1
        return 15 if self.steps_left < 0 else None


def domains(count):
    g = torch.Generator().manual_seed(7)
    label = torch.arange(20 * count) % 3
    x = torch.randn(20 * count, 5, generator=g) + torch.nn.functional.one_hot(label, 5) * 2
    rows = pa.table(
        {
            "id": [str(i) for i in range(len(label))],
            "label": label.numpy(),
            "domain": [str(i // 20) for i in range(len(label))],
        }
    )
    return Dataset(rows, {"x": x}, ("a", "b", "c"))


def hyperparameters(name):
    parameters = inspect.signature(find(f"objectives/{name}")).parameters.values()
    return {p.name: p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def train(name, *, num_domains=3, checkpoint=None, anneal=True, **more):
    # What happens at a step of its own (a penalty that sets in) happens within the few steps.
    early = {key: 3 for key in hyperparameters(name) if anneal and key.endswith("_steps")}
    settings = {"network": NETWORK, "steps": STEPS, "batch_size": 8, "record_every": 1, "seed": 0} | more
    checkpoint = checkpoint or Checkpoint()
    return classifier(domains(num_domains), objective={name: early}, checkpoint=checkpoint, **settings)


def same_bits(a, b):
    return all(torch.equal(a.model.weights[key], b.model.weights[key]) for key in a.model.weights)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("num_domains", [2, 3])
def test_trains(name, num_domains):
    trained = train(name, num_domains=num_domains)
    losses = trained.curve.rows["value"].to_pylist()
    assert len(losses) == STEPS
    assert all(abs(loss) < 1e4 for loss in losses)
    initial = build_classifier(NETWORK, (5,), 3, seed=0).state_dict()
    assert all(not torch.equal(trained.model.weights[key], initial[key]) for key in initial)


@pytest.mark.parametrize("name", NAMES)
def test_seed_decides_every_bit(name):
    assert same_bits(train(name, seed=1), train(name, seed=1))
    assert not same_bits(train(name, seed=1), train(name, seed=2))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("step", [0, 2, 4])
def test_stopped_and_resumed_gives_the_same_bits(name, step, tmp_path):
    whole = train(name)
    folder = tmp_path / "checkpoint"
    with pytest.raises(Interrupted):
        train(name, checkpoint=Checkpoint(folder, StopAfter(step)))
    resumed = train(name, checkpoint=Checkpoint(folder))
    assert same_bits(whole, resumed)
    assert whole.curve.rows.equals(resumed.curve.rows)


@pytest.mark.parametrize("name", NAMES)
def test_learns_separable_classes(name):
    trained = train(name, anneal=False, steps=150, learning_rate=0.01, batch_size=16)
    data = domains(3)
    module = build_classifier(NETWORK, (5,), 3, seed=0)
    module.load_state_dict(dict(trained.model.weights))
    initial = build_classifier(NETWORK, (5,), 3, seed=0)
    with torch.no_grad():
        before, after = (
            (m.eval()(data.x).argmax(1) == data.labels).float().mean() for m in (initial, module)
        )
    assert after > before + 0.1, f"accuracy {before:.2f} before, {after:.2f} after"


@pytest.mark.parametrize("name", NAMES)
def test_signature_is_a_schema(name):
    function = find(f"objectives/{name}")
    assert function.__name__ == name
    own = hyperparameters(name)
    assert set(inspect.signature(function).parameters) - set(own) <= set(SUPPLIED)
    hints = get_type_hints(function, include_extras=True)
    for key, parameter in own.items():
        hint, default = hints[key], parameter.default
        if get_origin(hint) is Annotated:
            hint, *marks = get_args(hint)
            (prior,) = [mark for mark in marks if isinstance(mark, Prior)]
            if prior.name != "choice":
                assert (prior.name in ("integers", "logintegers")) == (hint is int)
                low, high = prior.arguments
                assert low < high
            assert all(isinstance(value, hint) or float(value) == value for value in prior.arguments)
        if get_origin(hint) is Literal:
            assert default in get_args(hint)
        else:
            assert type(default) is hint, f"{key}: {hint} = {default!r}"


@pytest.mark.parametrize("name", NAMES)
def test_docstring_documents_departures_and_every_hyperparameter(name):
    function = find(f"objectives/{name}")
    documented = {p.arg_name: p.description for p in parse(inspect.getdoc(function)).params}
    assert set(documented) == set(hyperparameters(name))
    assert all(documented.values())
    assert "Differs from the paper:" in function.__doc__
