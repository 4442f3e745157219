"""Training in a stack agrees with training alone, for every objective and every network."""

import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.component import chosen
from heldout.runtime.components.objectives.contract import Update
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.groups import grouped, groups
from heldout.runtime.lookup import find, named_files
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operator import NotStackable
from heldout.runtime.operators.train.classifier import classifier
from heldout.runtime.stacked_training.stack import TrainingStack
from heldout.runtime.training.plan import Plan

NAMES = sorted(path.stem for name, path in named_files() if name.startswith("objectives/"))
NETWORKS = {
    "linear": "linear",
    "mlp": {"mlp": {"width": 12, "depth": 2}},
    "conv": {"conv": {"width": 8}},
    "vit": {"vit": {"patch_size": 4, "width": 12, "depth": 1, "heads": 2}},
    "resnet": {"resnet": {"widths": [4, 8], "depths": [1, 1]}},
    "resnet-frozen": {"resnet": {"widths": [4], "depths": [1], "freeze_batch_norm": True}},
}
STEPS = 20
LOSS = 1e-5  # a loss agrees to this part of itself (or 1e-6 nats), at every step
WEIGHTS = 1e-4  # the weights to this part of the way that they went


def varied(name, member):
    """Hyper-parameters of an objective that differ from member to member."""
    function = find(f"objectives/{name}")
    given = {}
    for key, default in chosen("objectives", name).hyperparameters.items():
        if isinstance(default, bool | str) or key in getattr(function, "equal_in_a_stack", ()):
            continue
        if isinstance(default, int):
            given[key] = 3 + 4 * member  # steps of annealing, within those that are trained
        elif key in ("quantile", "ema", "tau"):
            given[key] = default - 0.03 * (member + 1)
        else:
            given[key] = (default or 0.3) * (1 + 0.4 * member)
    return {name: given}


def begin(data, member, *, network, objective="erm", steps=STEPS, checkpoint=None, **more):
    """The member's run: its own seed, learning rate, decay and hyper-parameters."""
    settings = {
        "optimizer": "adam",
        "precision": "float32",
        "batch_size": 6,
        "record_every": 1,
        "learning_rate": 1e-3 * (member + 1),
        "weight_decay": (0.0, 1e-3, 1e-2)[member],
        "seed": 10 + member,
    }
    chosen = {"network": network, "objective": varied(objective, member), "steps": steps}
    call = settings | chosen | more | {"checkpoint": checkpoint or Checkpoint()}
    return Run(data, None, **grouped(call, groups(classifier)))


def flat(training):
    return torch.cat([weight.detach().flatten() for weight in training.parameters.values()])


def train_both_ways(datasets, **settings):
    """Runs in a stack, the same runs alone, and the way that the weights of each went, relative."""
    together = [begin(data, member, **settings) for member, data in enumerate(datasets)]
    starts = [flat(run.training) for run in together]
    stack = TrainingStack([run.training for run in together])
    while not together[0].ended:
        for run, loss in zip(together, stack.step(together[0].step), strict=True):
            run.note(loss)
    stack.give_back()
    alone = [begin(data, member, **settings) for member, data in enumerate(datasets)]
    distances = []
    for one, other, start in zip(together, alone, starts, strict=True):
        assert torch.equal(start, flat(other.training))
        while not other.ended:
            other.advance()
        way = (flat(other.training) - start).norm()
        assert way > 0
        distances.append(((flat(one.training) - flat(other.training)).norm() / way).item())
    return together, alone, distances


def assert_same_curves(together, alone, rtol=LOSS):
    for one, other in zip(together, alone, strict=True):
        assert list(one.losses) == list(other.losses) == list(range(STEPS))
        assert list(one.losses.values()) == pytest.approx(list(other.losses.values()), rel=rtol, abs=1e-6)


@pytest.fixture
def images():
    """Two datasets of three domains of small images."""

    def build(seed):
        g = torch.Generator().manual_seed(seed)
        label = torch.randint(0, 3, (60,), generator=g)
        x = torch.randn(60, 1, 8, 8, generator=g) + label[:, None, None, None]
        domain = [f"d{i // 20}" for i in range(60)]
        rows = {"id": [str(i) for i in range(60)], "label": label.numpy(), "domain": domain}
        return Dataset(pa.table(rows), {"x": x}, ("a", "b", "c"))

    first, second = build(0), build(1)
    return [first, first, second]


@pytest.mark.parametrize("name", NAMES)
def test_every_objective(make_data, name):
    first, second = make_data(sizes=(20, 25, 15)), make_data(sizes=(11, 30, 21), seed=1)
    settings = {"network": NETWORKS["mlp"], "objective": name}
    together, alone, distances = train_both_ways([first, first, second], **settings)
    assert_same_curves(together, alone)
    assert max(distances) < WEIGHTS


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network(images, network):
    settings = {"network": NETWORKS[network], "objective": "coral"}
    together, alone, distances = train_both_ways(images, optimizer="sgd", **settings)
    assert_same_curves(together, alone)
    assert max(distances) < WEIGHTS
    for one, other in zip(together, alone, strict=True):
        buffers = dict(one.training.module.named_buffers())
        for name, buffer in other.training.module.named_buffers():
            torch.testing.assert_close(buffers[name], buffer)
    # Adam divides what is left of a gradient that is zero by its own size: only the losses agree.
    assert_same_curves(*train_both_ways(images, **settings)[:2])


def test_bfloat16_agrees_to_its_own_precision(make_data):
    settings = {"network": NETWORKS["mlp"], "precision": "bfloat16"}
    together, alone, _ = train_both_ways([make_data()] * 3, **settings)
    assert_same_curves(together, alone, rtol=2e-2)


def test_members_that_differ_in_the_seed_alone(make_data):
    settings = {"network": NETWORKS["mlp"], "objective": "erm", "learning_rate": 0.01, "weight_decay": 0.0}
    together, alone, distances = train_both_ways([make_data()] * 3, **settings)
    assert_same_curves(together, alone)
    assert max(distances) < WEIGHTS
    assert len({tuple(run.losses.values()) for run in together}) == 3


def make_training(data, objective, seed=0, rate=0.1, decay=0.0, network="linear"):
    return Training(
        module=build_classifier(network, (5,), 3, seed=seed),
        objective=objective,
        hyperparameters={},
        plan=Plan(9, rate, "sgd", weight_decay=decay, precision="float32"),
        minibatches=DomainMinibatches(
            examples_by_domain(data, torch.device("cpu")), 4, torch.Generator().manual_seed(seed)
        ),
        generator=torch.Generator().manual_seed(seed),
        seed=seed,
    )


def test_a_learning_rate_of_one_step(make_data):
    # The gradient of half the squared weights is the weights: a step scales them by 1 - rate.
    def objective(forward, step):
        loss = sum(weight.square().sum() for weight in forward.parameters.values()) / 2
        return Update(loss, learning_rate=0.5 if step == 1 else None)

    members = [make_training(make_data(), objective, seed, rate) for seed, rate in ((0, 0.1), (1, 0.2))]
    before = [flat(member) for member in members]
    stack = TrainingStack(members)
    for step in range(3):
        stack.step(step)
    for member, start, rate in zip(members, before, (0.1, 0.2), strict=True):
        torch.testing.assert_close(flat(member), start * (1 - rate) * 0.5 * (1 - rate))


def test_weights_without_a_gradient_stay(make_data):
    def objective(forward, batch):
        return forward.parameters["head.bias"].square().sum()

    members = [make_training(make_data(), objective, seed) for seed in range(2)]
    before = [member.parameters["head.weight"].detach().clone() for member in members]
    TrainingStack(members).step(0)
    assert all(torch.equal(m.parameters["head.weight"], b) for m, b in zip(members, before, strict=True))
    decaying = [make_training(make_data(), objective, seed, decay=0.1) for seed in range(2)]
    with pytest.raises(NotStackable, match=r"head\.weight has no gradient"):
        TrainingStack(decaying).step(0)


def test_refuses_dropout(make_data):
    members = [make_training(make_data(), erm, s, network={"mlp": {"dropout": 0.1}}) for s in range(2)]
    with pytest.raises(NotStackable, match="dropout"):
        TrainingStack(members)


def test_draws_from_the_global_generator_are_refused(make_data):
    def objective(forward, batch):
        return erm(forward, batch) * torch.rand(())

    members = [make_training(make_data(), objective, seed) for seed in range(2)]
    with pytest.raises(RuntimeError, match="random operation"):
        TrainingStack(members).step(0)
