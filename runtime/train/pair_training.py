"""Train some tensors of an encoder-decoder on pairs of sequences."""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from runtime.artifacts import Table
from runtime.checkpoint import Checkpoint
from runtime.train.sequence_pairs import SequencePairs

Corrupt = Callable[[Tensor, torch.Generator], Tensor]
Loss = Callable[[SequencePairs], Tensor]


def train_on_pairs(
    parameters: Mapping[str, Tensor],
    loss: Loss,
    pairs: SequencePairs,
    *,
    steps: int,
    batch_size: int,
    learning_rate: float,
    warmup: float,
    generator: torch.Generator,
    checkpoint: Checkpoint,
    record_every: int,
    corrupt: Corrupt | None = None,
) -> Table:
    """Adam with gradients clipped to norm 1; rows are drawn with replacement.

    Args:
        parameters: the tensors to train, in place; they require gradients.
        loss: of a minibatch, shape [], nats.
        pairs: on the device of the parameters.
        steps: updates.
        batch_size: rows in a minibatch.
        learning_rate: the highest; it falls linearly to a tenth at the last step.
        warmup: part of the steps in which it rises linearly.
        generator: on the CPU, of the rows and of `corrupt`.
        checkpoint: of the task.
        record_every: steps between two points of the curve.
        corrupt: changes the inputs of each minibatch, on the CPU.

    Returns:
        metric `loss` by step, nats.

    Raises:
        ValueError: the loss is not a finite number (the step is named).
        Interrupted: the job was asked to stop.
    """
    optimizer = torch.optim.Adam(list(parameters.values()), lr=learning_rate)
    first, losses = _resume(checkpoint, parameters, optimizer, generator)
    device = pairs.inputs.device
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt(*_state(parameters, optimizer, generator, step, losses))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * factor(step, steps, warmup)
        index = torch.randint(len(pairs.inputs), (batch_size,), generator=generator)
        batch = pairs.take(index.to(device))
        if corrupt is not None:
            batch = batch._replace(inputs=corrupt(batch.inputs.cpu(), generator).to(device))
        value = loss(batch)
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
        optimizer.step()
        if step % record_every == 0 or step == steps - 1:
            losses[step] = value.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    return Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))


def factor(step: int, steps: int, warmup: float) -> float:
    """The part of the highest learning rate that a step takes, counted from 0."""
    rising = warmup * steps
    rise = (step + 1) / rising if step < rising else 1.0
    return min(rise, 1.0) * (1 - 0.9 * step / max(steps - 1, 1))


def _state(
    parameters: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    step: int,
    losses: dict[int, float],
) -> tuple[dict[str, Tensor], dict[str, object]]:
    tensors = {f"parameter.{name}": value for name, value in parameters.items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value for name, value in moments.items()}
    tensors["random"] = generator.get_state()
    return tensors, {"step": step, "losses": losses}


def _resume(
    checkpoint: Checkpoint,
    parameters: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> tuple[int, dict[int, float]]:
    saved = checkpoint.load()
    if saved is None:
        return 0, {}
    tensors, notes = saved
    with torch.no_grad():
        for name, value in parameters.items():
            value.copy_(tensors[f"parameter.{name}"])
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, moment = name.split(".", 2)
            moments.setdefault(int(index), {})[moment] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    generator.set_state(tensors["random"])
    return int(notes["step"]), {int(step): value for step, value in notes["losses"].items()}
