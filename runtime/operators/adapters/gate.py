"""Learn, for a finished adapter, at which tokens it is of use."""

from typing import Annotated, NamedTuple

import torch
from pydantic import Field
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.device import compute_device
from heldout.runtime.language.sequence_pairs import SequencePairs, mean_loss, sequence_pairs
from heldout.runtime.models.encoder_decoder import restore_encoder_decoder
from heldout.runtime.models.lora_format import lora_updates
from heldout.runtime.models.low_rank import Update, updated
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.pair_training import train_on_pairs
from heldout.runtime.training.plan import Optimizer


class Gated(NamedTuple):
    gate: Model
    curve: Annotated[Table, Metrics("loss")]


def gate_weight(gate: Tensor, inputs: Tensor) -> Tensor:
    """sigmoid(gate . input) of every token, [..., 1].

    Args:
        gate: [in_features].
        inputs: [..., in_features].
    """
    return torch.sigmoid(inputs @ gate).unsqueeze(-1)


@operator(seconds=5.0)
def gate(
    base: Annotated[Model, Of("encoder-decoder")],
    adapter: Annotated[Model, Of("adapter")],
    data: Annotated[Dataset, Use.TRAINS, Of("sequences", "prompts", "sums")],
    *,
    checkpoint: Checkpoint,
    steps: Annotated[int, Field(ge=1)] = 100,
    batch_size: Annotated[int, Field(ge=1)] = 64,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-1)] = 5e-3,
    optimizer: Optimizer = "adam",
    warmup: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.06,
    record_every: Annotated[int, Field(ge=1)] = 10,
    seed: int = 0,
) -> Annotated[Gated, Of("gate")]:
    """One vector a module that opens or closes a frozen adapter, token by token.

    Muqeeth et al. 2024, "Learning to Route Among Specialized Experts for Zero-Shot Generalization"
    (arXiv:2402.05859), section 3.1: the module computes W u + B A u sigmoid(v . u); W, A and B are
    frozen, and v, which starts at 0, is trained on the adapter's own task.
    Differs from the paper: minibatches of 64 rows, not of 1,024.

    Args:
        base: the encoder-decoder that the adapter was trained over.
        adapter: of `adapters/lora`.
        data: of the adapter's task, as `adapters/lora` takes them.
        steps: updates of the gate.
        batch_size: rows in a minibatch, drawn with replacement.
        learning_rate: the highest; it falls linearly to a tenth.
        optimizer: a component of optimizers.
        warmup: part of the steps in which it rises.
        record_every: steps between two points of the curve.
        seed: of the minibatches.

    Returns:
        gate: `MODULE.gate` [in_features] of every module; its config names the adapter's task.
        curve: metric `loss` by step, nats a token.

    Raises:
        ValueError: the adapter does not fit the base, or the loss is not a finite number.
    """
    device = compute_device()
    module = restore_encoder_decoder(base).to(device).requires_grad_(False)
    updates = {name: Update(*(w.to(device) for w in u)) for name, u in lora_updates(adapter).items()}
    gates = {
        name: torch.zeros(update.down.shape[2], device=device, requires_grad=True)
        for name, update in updates.items()
    }

    def loss(pairs: SequencePairs) -> Tensor:
        with updated(module, updates, lambda name, inputs: gate_weight(gates[name], inputs)):
            return mean_loss(module, pairs)

    curve = train_on_pairs(
        gates,
        loss,
        sequence_pairs(data).to(device),
        steps=steps,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        warmup=warmup,
        generator=torch_stream(seed, "minibatches"),
        checkpoint=checkpoint,
        record_every=record_every,
    )
    weights = {f"{name}.gate": value.detach().cpu() for name, value in gates.items()}
    return Gated(Model(weights, {"adapter": "gate", "task": adapter.config.get("task", "")}), curve)
