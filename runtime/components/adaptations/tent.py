"""Tent: minimise the entropy of the predictions over the parameters of batch norm."""

import contextlib
from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm

from heldout.runtime.component import component
from heldout.runtime.components.adaptations.contract import Source, State, Step, entropy, starts_with
from heldout.runtime.components.objectives.fish import adam_step
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.operator import loguniform


def norm_parameters(classifier: Classifier) -> State:
    """Scales and shifts of every batch norm, by their names in the classifier."""
    return {
        f"{name}.{own}": parameter
        for name, module in classifier.named_modules()
        if isinstance(module, _BatchNorm)
        for own, parameter in module.named_parameters(recurse=False)
    }


@contextlib.contextmanager
def batch_statistics(classifier: Classifier) -> Iterator[None]:
    """Let batch norm normalise by the batch at hand, and keep its running statistics as they are."""
    norms = [module for module in classifier.modules() if isinstance(module, _BatchNorm)]
    before = [(norm.training, norm.track_running_stats) for norm in norms]
    for norm in norms:
        norm.training, norm.track_running_stats = True, False
    try:
        yield
    finally:
        for norm, (training, tracks) in zip(norms, before, strict=True):
            norm.training, norm.track_running_stats = training, tracks


def _initial(classifier: Classifier, _: Source | None) -> State:
    found = norm_parameters(classifier)
    if not found:
        raise ValueError(
            "tent needs a network with batch norm: resnet, a hub's ResNet, or `conv: {norm: batch}`"
        )
    return {f"parameter.{name}": parameter.detach().clone() for name, parameter in found.items()}


@starts_with(_initial)
@component
def tent(
    classifier: Classifier,
    x: Tensor,
    state: State,
    *,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-5, 1e-2)] = 1e-3,
    steps: Annotated[int, Field(ge=1)] = 1,
) -> Step:
    """Entropy minimisation, one batch after the other.

    Wang et al. 2021, "Tent: Fully Test-Time Adaptation by Entropy Minimization"
    (arXiv:2006.10726), section 3: batch norm takes the statistics of the test batch, and its scales
    and shifts (3.2) go down the gradient of the mean Shannon entropy of the predictions (3.1),
    online (3.3).
    Differs from the paper: nothing with `steps: 1`; the optimizer is Adam, as the paper has it for
    all data but ImageNet. A batch's logits are those of the last forward pass, before the step
    that follows it, as in the authors' code. Frozen, what remains is the batch statistics.

    Args:
        learning_rate: of Adam.
        steps: gradient steps a batch; the stream's logits are then those before the last one.

    Raises:
        ValueError: the network has no batch norm.
    """
    for _ in range(steps):
        names = [name.removeprefix("parameter.") for name in state if name.startswith("parameter.")]
        weights = {name: state[f"parameter.{name}"].detach().requires_grad_() for name in names}
        with torch.enable_grad(), batch_statistics(classifier):
            logits = functional_call(classifier, weights, (x,))
            gradients = torch.autograd.grad(entropy(logits).mean(), list(weights.values()))
        moments = {name: value for name, value in state.items() if not name.startswith("parameter.")}
        direction, moments = adam_step(dict(zip(names, gradients, strict=True)), moments)
        stepped = {f"parameter.{n}": w.detach() - learning_rate * direction[n] for n, w in weights.items()}
        state = stepped | moments
    return Step(logits.detach(), state)
