"""The steps of training an encoder of text, with its curve and its checkpoint."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from runtime.artifacts import Table
from runtime.checkpoint import Checkpoint
from runtime.device import compute_device
from runtime.randomness import stable_seed, torch_stream
from runtime.train.learning_rate import learning_rate_at


class Steps(NamedTuple):
    """How long and how fast an encoder is trained.

    Attributes:
        count: updates of the weights.
        learning_rate: of AdamW, the largest.
        warmup: part of the steps in which it rises; afterwards it falls linearly to 0, as in
            sentence-transformers.
        weight_decay: of AdamW.
        record_every: steps between two points of the curve.
        seed: of dropout and of the generator that `loss_of` is given.
    """

    count: int
    learning_rate: float
    warmup: float
    weight_decay: float
    record_every: int
    seed: int


def train_encoder(
    module: nn.Module, loss_of: Callable[[torch.Generator], Tensor], steps: Steps, checkpoint: Checkpoint
) -> Table:
    """Train in place; the curve, metric `loss` by step.

    Args:
        module: all that is trained, on the device where it computes.
        loss_of: draws a minibatch with the generator and gives its loss, shape [].
        steps: of the training.
        checkpoint: taken up where there is one, saved where the job is asked to stop.

    Raises:
        ValueError: the loss is not a finite number; the step is named.
    """
    optimizer = torch.optim.AdamW(
        module.parameters(), lr=steps.learning_rate, weight_decay=steps.weight_decay, fused=True
    )
    generator = torch_stream(steps.seed, "minibatches")
    torch.manual_seed(stable_seed(steps.seed, "dropout"))
    begin, losses = 0, {}
    if (saved := checkpoint.load()) is not None:
        _restore(module, optimizer, generator, saved[0])
        begin, losses = saved[1]["step"], {int(step): loss for step, loss in saved[1]["losses"].items()}
    module.train()
    for step in range(begin, steps.count):
        if checkpoint.stop:
            checkpoint.interrupt(_snapshot(module, optimizer, generator), {"step": step, "losses": losses})
        loss = loss_of(generator)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        rate = learning_rate_at(step, steps.count, steps.learning_rate, "linear", steps.warmup)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        if step % steps.record_every == 0 or step == steps.count - 1:
            losses[step] = loss.item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    return Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))


def drawn_rows(count: int, batch_size: int, generator: torch.Generator) -> Tensor:
    """Rows of a minibatch, drawn without replacement where there are enough, on the device."""
    index = torch.randperm(count, generator=generator)[:batch_size]
    return index.to(compute_device())


def _snapshot(
    module: nn.Module, optimizer: torch.optim.Optimizer, generator: torch.Generator
) -> dict[str, Tensor]:
    """Everything that the next step depends on."""
    tensors = {f"module.{name}": value.clone() for name, value in module.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": value.clone() for name, value in moments.items()}
    tensors["random.minibatches"] = generator.get_state()
    tensors["random.global"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    return tensors


def _restore(
    module: nn.Module,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    tensors: Mapping[str, Tensor],
) -> None:
    module.load_state_dict(_below(tensors, "module."))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in _below(tensors, "optimizer.").items():
        index, key = name.split(".", 1)
        moments.setdefault(int(index), {})[key] = value
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": moments, "param_groups": groups})
    generator.set_state(tensors["random.minibatches"])
    torch.set_rng_state(tensors["random.global"])
    if "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random.cuda"])


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
