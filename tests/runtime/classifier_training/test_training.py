import pytest
import torch
from torch import nn

from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.components.objectives.contract import Update, with_auxiliary, with_state
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.training.plan import Plan

NETWORK = {"mlp": {"width": 8, "dropout": 0.2}}


@pytest.fixture
def make_training(make_data):
    def build(objective, optimizer="adam", network=NETWORK, precision="float32", rate=0.1, decay=0.0):
        generators = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
        examples = examples_by_domain(make_data(), torch.device("cpu"))
        return Training(
            module=build_classifier(network, (5,), 3, seed=0),
            objective=objective,
            hyperparameters={},
            plan=Plan(9, rate, optimizer, weight_decay=decay, precision=precision),
            minibatches=DomainMinibatches(examples, 8, generators[0]),
            generator=generators[1],
            seed=0,
        )

    return build


def weights(training):
    return {name: weight.detach().clone() for name, weight in training.parameters.items()}


def half_square(forward):
    """Its gradient in every weight is the weight."""
    return sum(weight.square().sum() for weight in forward.parameters.values()) / 2


def test_a_loss_takes_a_gradient_step_with_decay(make_training):
    training = make_training(lambda forward: half_square(forward), "sgd", rate=0.1, decay=0.5)
    before = weights(training)
    loss = training.step(0)
    torch.testing.assert_close(loss, sum(w.square().sum() for w in before.values()) / 2)
    assert not loss.requires_grad
    for name, weight in weights(training).items():
        torch.testing.assert_close(weight, before[name] * (1 - 0.1 * (1 + 0.5)))


def test_given_gradients_take_the_place_of_the_losss(make_training):
    def objective(forward):
        return Update(half_square(forward), gradients={"head.bias": torch.tensor([1.0, 2.0, 3.0])})

    training = make_training(objective, "sgd", rate=0.1)
    before = weights(training)
    training.step(0)
    after = weights(training)
    torch.testing.assert_close(after.pop("head.bias"), before["head.bias"] - torch.tensor([0.1, 0.2, 0.3]))
    assert all(torch.equal(after[name], before[name]) for name in after)


def test_given_parameters_are_taken_over(make_training):
    def objective(forward):
        return Update(half_square(forward), parameters={"head.bias": torch.tensor([1.0, 2.0, 3.0])})

    training = make_training(objective)
    before = weights(training)
    training.step(0)
    after = weights(training)
    assert after.pop("head.bias").tolist() == [1.0, 2.0, 3.0]
    assert all(torch.equal(after[name], before[name]) for name in after)


def test_state_goes_in_and_comes_out(make_training):
    seen = []

    @with_state(lambda sizes: {"count": torch.tensor(float(sizes.num_domains))})
    def objective(forward, state):
        seen.append(state["count"].item())
        return Update(half_square(forward), state={"count": state["count"] + 1})

    training = make_training(objective)
    for step in range(3):
        training.step(step)
    assert seen == [3.0, 4.0, 5.0]


def test_restart_forgets_the_moments(make_training):
    # Adam's first step is rate * sign(gradient), at the start and again after a restart.
    def objective(forward, step):
        return Update(half_square(forward), restart_optimizer=step == 2)

    training = make_training(objective, rate=0.001)
    for step in range(3):
        before = weights(training)
        training.step(step)
        moved = weights(training)["head.weight"] - before["head.weight"]
        first = -0.001 * before["head.weight"].sign()
        assert torch.allclose(moved, first, rtol=1e-3, atol=0) == (step in (0, 2))


def test_learning_rate_of_one_step(make_training):
    def objective(forward, step):
        return Update(half_square(forward), learning_rate=0.5 if step == 1 else None)

    training = make_training(objective, "sgd", rate=0.1)
    for step, rate in enumerate([0.1, 0.5, 0.1]):
        before = weights(training)["head.weight"]
        training.step(step)
        torch.testing.assert_close(weights(training)["head.weight"], before * (1 - rate))


def test_auxiliary_networks_are_trained_and_do_not_move_the_classifiers_seed(make_training):
    @with_auxiliary(lambda sizes: {"judge": nn.Linear(sizes.num_features, sizes.num_classes)})
    def objective(forward, batch):
        return erm(forward, batch) + forward.auxiliary("judge", forward.features(batch.x)).square().mean()

    training, plain = make_training(objective), make_training(erm)
    start = weights(training)
    assert all(torch.equal(start[name], weight) for name, weight in weights(plain).items())
    training.step(0)
    assert not torch.equal(weights(training)["auxiliary.judge.weight"], start["auxiliary.judge.weight"])


def test_bfloat16_by_autocast_keeps_the_weights_in_float32(make_training):
    seen = []

    def objective(forward, batch):
        seen.append(forward.logits(batch.x).dtype)
        return erm(forward, batch)

    training = make_training(objective, precision="bfloat16")
    assert torch.isfinite(training.step(0))
    assert seen == [torch.bfloat16]
    assert {weight.dtype for weight in weights(training).values()} == {torch.float32}


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_snapshot_holds_all_that_the_next_step_depends_on(make_training, optimizer):
    # Dropout draws from the global stream, the minibatches and the objective from their own.
    def objective(forward, batch, generator):
        return erm(forward, batch) * (1 + torch.rand((), generator=generator))

    whole = make_training(objective, optimizer)
    for step in range(3):
        whole.step(step)
    saved = {name: tensor.clone() for name, tensor in whole.snapshot().items()}
    assert any(name.endswith("exp_avg_sq") for name in saved) == (optimizer == "adam")
    expected = [whole.step(step) for step in range(3, 6)]
    resumed = make_training(objective, optimizer)
    resumed.restore(saved)
    assert [resumed.step(step) for step in range(3, 6)] == expected
    assert all(torch.equal(weights(whole)[name], weight) for name, weight in weights(resumed).items())
