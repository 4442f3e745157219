"""The loop of all training: from the first step to the last, with its curve and its checkpoints."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import autocast_to
from heldout.runtime.training.compiling import compile_in_place
from heldout.runtime.training.micro_batches import MicroLosses
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.ranks import ALONE, Ranks
from heldout.runtime.training.snapshot import generator_states, restore_generators, restore_weights
from heldout.runtime.training.updates import Updates


def fit(
    trained: nn.Module | Mapping[str, Tensor],
    loss_at: Callable[[int], Tensor | MicroLosses],
    plan: Plan,
    *,
    checkpoint: Checkpoint,
    generator: torch.Generator | None = None,
    also: Mapping[str, Tensor] | None = None,
    after_step: Callable[[], None] | None = None,
    ranks: Ranks = ALONE,
) -> Table:
    """Minimise a loss and give its curve.

    Args:
        trained: a module, of which all that takes gradients is trained, or the tensors themselves by name.
            They are changed in place.
        loss_at: the loss of a step, shape []; or functions that compute the parts of it, one a micro-batch,
            which are then called one after the other, so that the graph of one is in memory at a time
            (`micro_losses` makes them). Random only through the step, the generator and torch's global
            generators.
        plan: optimizer, rates, steps and all else that is no loss.
        checkpoint: of the task: what is trained, the module's buffers and `also`, the optimizer, the average,
            the generators and the curve so far. Frozen weights are not in it.
        generator: that `loss_at` draws from, if any.
        also: tensors besides that the next step depends on, by name, such as those of target networks.
        after_step: what follows an update, such as that of target networks.
        ranks: the processes that train together. Each gives its own part of the loss.

    Returns:
        metric `loss` by step.

    Raises:
        Interrupted: the job was asked to stop; the checkpoint is saved.
        ValueError: the loss is not a finite number (the step is named); the network cannot recompute.
    """
    moved = trained_of(trained)
    held = ranks.held(moved)
    kept = {**held, **buffers_of(trained), **(also or {})}
    if isinstance(trained, nn.Module):
        prepare(trained, plan)
    device = next(iter(moved.values())).device
    updates = Updates(held, plan, ranks)
    checkpoint = ranks.keeping(checkpoint, updates)
    losses: dict[int, float] = {}
    first = 0
    if (saved := checkpoint.load()) is not None:
        restore_weights(saved[0], kept)
        updates.restore(saved[0])
        restore_generators(saved[0], generator)
        first = saved[1]["step"]
        losses = {int(step): loss for step, loss in saved[1]["losses"].items()}

    def state() -> tuple[dict[str, Tensor], dict[str, Any]]:
        weights = {f"weights.{name}": value for name, value in kept.items()}
        return weights | updates.snapshot() | generator_states(generator), {"step": step, "losses": losses}

    for step in range(first, plan.steps):
        checkpoint.look(state, ranks.agreed)
        ranks.begin(step)
        updates.optimizer.zero_grad(set_to_none=True)
        with autocast_to(plan.precision, device):
            given = loss_at(step)
        loss = _backward(given, plan, device, ranks)
        updates.apply(step)
        if after_step is not None:
            after_step()
        if plan.records(step):
            losses[step] = ranks.total(loss).item()
            if not math.isfinite(losses[step]):
                raise ValueError(f"the loss is {losses[step]} at step {step}")
    updates.end()
    ranks.finish()
    return loss_curve(losses)


def _backward(given: Tensor | MicroLosses, plan: Plan, device: torch.device, ranks: Ranks) -> Tensor:
    """Take gradients; this process's part of the loss, shape []."""
    parts: MicroLosses = [lambda: given] if isinstance(given, Tensor) else given
    total: Tensor | None = None
    for number, part in enumerate(parts):
        with ranks.gathering(last=number == len(parts) - 1):
            with autocast_to(plan.precision, device):
                loss = part()
            (loss * ranks.count if ranks.count > 1 else loss).backward()
        total = loss.detach() if total is None else total + loss.detach()
    if total is None:
        raise ValueError("a step has no loss: there is no micro-batch")
    return total


def prepare(module: nn.Module, plan: Plan) -> None:
    """Have a module recompute and compile, where the plan says so.

    Raises:
        ValueError: the module cannot recompute its activations.
    """
    if plan.options.recompute:
        enable = getattr(module, "gradient_checkpointing_enable", None)
        if enable is None:
            raise ValueError(
                f"{type(module).__name__} cannot recompute its activations: set recompute: false"
            )
        enable()
    if plan.options.compile:
        compile_in_place(module)


def trained_of(trained: nn.Module | Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By name, what takes gradients.

    Raises:
        ValueError: nothing does.
    """
    named = trained.named_parameters() if isinstance(trained, nn.Module) else trained.items()
    found = {name: weight for name, weight in named if weight.requires_grad}
    if not found:
        raise ValueError("there is nothing to train: no weight takes gradients")
    return found


def buffers_of(trained: nn.Module | Mapping[str, Tensor]) -> dict[str, Tensor]:
    """By name, what a module's state holds besides parameters, such as running statistics."""
    if not isinstance(trained, nn.Module):
        return {}
    parameters = {name for name, _ in trained.named_parameters(remove_duplicate=False)}
    return {name: value for name, value in trained.state_dict().items() if name not in parameters}


def loss_curve(losses: Mapping[int, float]) -> Table:
    """Metric `loss` by step."""
    return Table.columns(metric=["loss"] * len(losses), value=list(losses.values()), step=list(losses))
