"""A stack's step through torch's compiler: the same training, or an error that says why not."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.component import chosen
from heldout.runtime.components.objectives.contract import Update
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.lookup import find
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operator import NotStackable
from heldout.runtime.stacked_training.compiled_step import STEPS, OtherGradients, measure_compiled
from heldout.runtime.stacked_training.stack import TrainingStack
from heldout.runtime.training.plan import Plan

# Graphs of the loss and its gradients, run operation by operation: no compiler of C++ or CUDA.
BACKEND = "aot_eager"


@pytest.fixture
def make_stack(make_data):
    """Builds a stack of three members that differ in seed, rate and data."""
    data = [make_data(), make_data(), make_data(seed=1)]

    def member(number, objective, given, precision):
        examples = examples_by_domain(data[number], torch.device("cpu"))
        generator = torch.Generator().manual_seed(number)
        return Training(
            module=build_classifier({"mlp": {"width": 8}}, (5,), 3, seed=number),
            objective=objective,
            hyperparameters=given,
            plan=Plan(9, 1e-3 * (number + 1), "adam", weight_decay=0.0, precision=precision),
            minibatches=DomainMinibatches(examples, 6, generator),
            generator=torch.Generator().manual_seed(number),
            seed=number,
        )

    def build(objective, backend=None, precision="float32", **given):
        if isinstance(objective, str):
            given = chosen("objectives", objective).hyperparameters | given
            objective = find(f"objectives/{objective}")
        return TrainingStack([member(number, objective, given, precision) for number in range(3)], backend)

    return build


@pytest.mark.parametrize(
    ("objective", "given"),
    [("erm", {}), ("coral", {"penalty": 3.0}), ("irm", {"anneal_steps": 5}), ("group_dro", {})],
)
def test_the_losses_of_a_compiled_stack_are_those_of_the_stack(make_stack, objective, given):
    torch.compiler.reset()
    compiled, eager = make_stack(objective, BACKEND, **given), make_stack(objective, **given)
    for step in range(10):
        torch.testing.assert_close(compiled.step(step), eager.step(step), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(compiled.weights.flat, eager.weights.flat, rtol=1e-4, atol=1e-6)


def test_a_graph_serves_the_next_stack_of_the_shape(make_stack):
    torch.compiler.reset()
    made = []
    torch._dynamo.utils.counters.clear()
    for _ in range(2):
        stack = make_stack("erm", BACKEND)
        for step in range(4):
            stack.step(step)
        made.append(torch._dynamo.utils.counters["stats"]["unique_graphs"])
    assert made[0] == made[1] >= 1


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_measures_as_many_steps_as_it_says(make_stack, precision):
    stacks = make_stack("erm", BACKEND, precision), make_stack("erm", None, precision)
    seconds = measure_compiled(*stacks)
    assert len(seconds) == STEPS
    assert min(seconds) > 0


def test_a_gradient_that_the_compiler_leaves_out_is_noticed(make_stack):
    # A reversed gradient is an autograd.Function.
    with pytest.raises(OtherGradients, match=r"other gradients of featurizer\."):
        measure_compiled(make_stack("dann", BACKEND), make_stack("dann"))


def test_other_gradients_of_one_weight_are_noticed(make_stack):
    def objective(forward, batch, *, factor):
        return erm(forward, batch) + factor * forward.parameters["head.bias"].sum()

    same = make_stack(objective, BACKEND, factor=0.1), make_stack(objective, factor=0.1)
    assert len(measure_compiled(*same)) == STEPS
    with pytest.raises(OtherGradients, match=r"gradients of head\.bias$"):
        measure_compiled(make_stack(objective, BACKEND, factor=0.1), make_stack(objective, factor=0.11))


def test_what_is_not_one_graph_is_refused(make_stack):
    def objective(forward, batch):
        risk = cross_entropy(forward.logits(batch.x).flatten(0, 1), batch.y.flatten())
        torch._dynamo.graph_break()
        return risk

    assert make_stack(objective).step(0).shape == (3,)
    with pytest.raises(torch._dynamo.exc.Unsupported):
        make_stack(objective, BACKEND).step(0)


def test_weights_that_an_objective_sets_are_refused(make_stack):
    def objective(forward, batch):
        halves = {name: weight / 2 for name, weight in forward.parameters.items()}
        return Update(erm(forward, batch), parameters=halves)

    make_stack(objective).step(0)
    with pytest.raises(NotStackable, match="not compiled"):
        make_stack(objective, BACKEND).step(0)
