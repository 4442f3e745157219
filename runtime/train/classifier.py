"""Train a classifier on several domains with one of the objectives."""

import math
from typing import Annotated, Any, Literal, NamedTuple

from runtime.artifacts import Dataset, Model, Table
from runtime.checkpoint import Checkpoint
from runtime.device import compute_device
from runtime.networks.classifier import (
    build_classifier,
    classifier_model,
    named_choice,
    restore_classifier,
)
from runtime.operator import Choice, Metrics, Use, find, loguniform, operator
from runtime.randomness import torch_stream
from runtime.train.minibatches import DomainMinibatches
from runtime.train.training import OptimizerSettings, Training


class Trained(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=1.0)
def classifier(
    data: Annotated[Dataset, Use.TRAINS],
    start: Model | None = None,
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "mlp",
    objective: Annotated[str | dict[str, Any], Choice("objectives")] = "erm",
    steps: int = 300,
    batch_size: int = 32,
    learning_rate: Annotated[float, loguniform(10**-4.5, 10**-2.5)] = 1e-3,
    weight_decay: Annotated[float, loguniform(1e-6, 1e-2)] = 0.0,
    optimizer: Literal["adam", "sgd"] = "adam",
    precision: Literal["float32", "bfloat16"] = "float32",
    record_every: int = 50,
    seed: int = 0,
) -> Trained:
    """Train a classifier on labelled examples of one or more domains.

    Gulrajani & Lopez-Paz 2021, "In Search of Lost Domain Generalization" (arXiv:2007.01434),
    section 4: every step takes one minibatch of each training domain.
    Differs from the paper: the last step's weights are kept; choosing among checkpoints is a
    matter of the study (an axis of steps), not of training.

    Args:
        data: labelled examples; their column `domain` says which domain each is of (without the
            column they are one domain).
        start: weights to start from instead of a fresh network; its network is used.
        network: a component of networks.
        objective: a component of objectives.
        steps: updates of the weights.
        batch_size: examples of each domain in a minibatch.
        learning_rate: of the optimizer.
        weight_decay: L2 penalty, as the optimizers of torch take it.
        optimizer: Adam with torch's defaults, or plain gradient descent.
        precision: of the forward pass; bfloat16 by autocast.
        record_every: steps between two points of the curve.
        seed: of the initial weights, the minibatches and the objective's own draws.

    Returns:
        model: the weights after the last step.
        curve: metric `loss`, the objective's value by step, nats.

    Raises:
        ValueError: the loss is not a finite number (the step is named), or `start` does not fit.
    """
    device = compute_device()
    shape = tuple(data.x.shape[1:])
    if start is not None:
        module = restore_classifier(start, len(data.classes), seed, shape).to(device)
    else:
        module = build_classifier(network, shape, len(data.classes), seed).to(device)
    name, hyperparameters = named_choice(objective)
    training = Training(
        module=module,
        objective=find(f"objectives/{name}"),
        hyperparameters=hyperparameters,
        optimizer=OptimizerSettings(optimizer, learning_rate, weight_decay),
        minibatches=DomainMinibatches(data, batch_size, torch_stream(seed, "minibatches"), device),
        generator=torch_stream(seed, "objective"),
        precision=precision,
        seed=seed,
    )
    first, losses = 0, {}
    if (saved := checkpoint.load()) is not None:
        training.restore(saved[0])
        first = saved[1]["step"]
        losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
    module.train()
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt(training.snapshot(), {"step": step, "losses": losses})
        loss = training.step(step)
        if step % record_every == 0 or step == steps - 1:
            losses[step] = loss.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    curve = Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))
    return Trained(classifier_model(module), curve)
