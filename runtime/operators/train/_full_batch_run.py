"""A full-batch training run: its steps, its probes, its weights along the way and its checkpoint."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table, Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import chosen
from heldout.runtime.components.gradient_transforms.contract import GradientTransform
from heldout.runtime.components.losses.contract import Loss
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import (
    build_classifier,
    classifier_model,
    restore_classifier,
)
from heldout.runtime.operators.train._training_probes import probe
from heldout.runtime.training.snapshot import below, moments, restore_moments

Optimizer = Literal["adamw", "sgd"]
Precision = Literal["float32", "float64"]


@dataclass(frozen=True)
class FullBatchSettings:
    """The parameters of `train/full-batch`, by its names."""

    network: str | dict[str, Any]
    loss: str | dict[str, Any]
    gradient_transform: str | dict[str, Any] | None
    optimizer: Optimizer
    learning_rate: float
    weight_decay: float
    momentum: float
    second_moment: float
    epsilon: float
    precision: Precision
    steps: int
    points: int
    seed: int

    def build_loss(self) -> Loss:
        return chosen("losses", self.loss)

    def build_transform(self) -> GradientTransform | None:
        if self.gradient_transform is None:
            return None
        return chosen("gradient-transforms", self.gradient_transform)

    def build_optimizer(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        if self.optimizer == "sgd":
            return torch.optim.SGD(
                parameters, lr=self.learning_rate, momentum=self.momentum, weight_decay=self.weight_decay
            )
        return torch.optim.AdamW(
            parameters,
            lr=self.learning_rate,
            betas=(self.momentum, self.second_moment),
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            fused=True,
        )


def probed_steps(steps: int, points: int) -> tuple[int, ...]:
    """Step 0 and the whole numbers nearest to a logarithmic grid from 1 to the last step."""
    grid = np.geomspace(1, steps, points) if points > 1 else [steps]
    return (0, *dict.fromkeys(int(place) for place in np.rint(grid)))


class FullBatchRun:
    """Training with all examples in every step, begun or taken up from a checkpoint.

    Attributes:
        step: updates made so far.
    """

    def __init__(
        self, data: Dataset, start: Model | None, *, checkpoint: Checkpoint, settings: FullBatchSettings
    ) -> None:
        if len(data) == 0:
            raise ValueError("there are no examples to train on")
        device, dtype = compute_device(), getattr(torch, settings.precision)
        shape, num_classes = tuple(data.x.shape[1:]), len(data.classes)
        module = (
            build_classifier(settings.network, shape, num_classes, settings.seed)
            if start is None
            else restore_classifier(start, num_classes, settings.seed, shape)
        )
        self.module = module.to(device, dtype).train()
        self.parameters = dict(self.module.named_parameters())
        self._x, self._labels = data.x.to(device, dtype), data.labels.to(device)
        self._loss, self._transform = settings.build_loss(), settings.build_transform()
        self._optimizer = settings.build_optimizer(list(self.parameters.values()))
        self._state: dict[str, Tensor] = {}
        self._probed = frozenset(probed_steps(settings.steps, settings.points))
        self._steps = settings.steps
        self._checkpoint = checkpoint
        self._rows: list[tuple[int, str, float]] = []
        self._kept: list[tuple[int, dict[str, Tensor]]] = []
        self.step = 0
        self.ended = False
        if (saved := checkpoint.load()) is not None:
            self._restore(*saved)

    def advance(self) -> None:
        """Probe the weights where the curve has a point, then update them unless they are the last.

        Raises:
            Interrupted: the job was asked to stop; the checkpoint is saved.
            ValueError: the loss is not a finite number.
        """
        self._checkpoint.look(self._saved)
        logits = self.module(self._x)
        losses = self._loss(logits, self._labels)
        # The sum is differentiated and divided afterwards: 1 / n would underflow in 16 bits.
        wanted = [logits, *self.parameters.values()]
        of_logits, *found = torch.autograd.grad(losses, wanted, torch.ones_like(losses))
        gradients = {
            name: gradient / len(self._labels) for name, gradient in zip(self.parameters, found, strict=True)
        }
        if self.step in self._probed:
            self._probe(logits, losses, of_logits, gradients)
        if self.step == self._steps:
            self.ended = True
            return
        self._update(gradients)
        self.step += 1

    def _probe(self, logits: Tensor, losses: Tensor, of_logits: Tensor, gradients: dict[str, Tensor]) -> None:
        metrics = probe(logits, self._labels, losses, of_logits, self.parameters, gradients)
        if not np.isfinite(metrics["train_loss"]):
            raise ValueError(f"the loss is {metrics['train_loss']} at step {self.step}")
        self._rows += [(self.step, name, value) for name, value in metrics.items()]
        weights = {name: value.detach().cpu().clone() for name, value in self.module.state_dict().items()}
        self._kept.append((self.step, weights))

    @torch.no_grad()
    def _update(self, gradients: dict[str, Tensor]) -> None:
        if self._transform is not None:
            transformed = self._transform(self.parameters, gradients, self._state)
            gradients, self._state = dict(transformed.gradients), dict(transformed.state)
        for name, parameter in self.parameters.items():
            parameter.grad = gradients[name]
        self._optimizer.step()

    def model(self) -> Model:
        return classifier_model(self.module)

    def curve(self) -> Table:
        """The probes by step."""
        steps, names, values = zip(*self._rows, strict=True)
        return Table.columns(metric=names, value=values, step=steps)

    def trajectory(self) -> Trajectory:
        """The weights at the probed steps."""
        stacked = {name: torch.stack([w[name] for _, w in self._kept]) for name in self._kept[0][1]}
        return Trajectory(tuple(step for step, _ in self._kept), stacked, self.model().config)

    def _saved(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors = {f"module.{name}": value for name, value in self.module.state_dict().items()}
        tensors |= {f"state.{name}": value for name, value in self._state.items()}
        tensors |= moments(self._optimizer)
        for step, weights in self._kept:
            tensors |= {f"kept.{step}.{name}": value for name, value in weights.items()}
        kept = [step for step, _ in self._kept]
        return tensors, {"step": self.step, "rows": self._rows, "kept": kept}

    def _restore(self, tensors: dict[str, Tensor], notes: dict[str, Any]) -> None:
        self.step = notes["step"]
        self._rows = [(step, name, value) for step, name, value in notes["rows"]]
        self._kept = [(step, below(tensors, f"kept.{step}.")) for step in notes["kept"]]
        self.module.load_state_dict(below(tensors, "module."))
        device = next(self.module.parameters()).device
        self._state = {name: value.to(device) for name, value in below(tensors, "state.").items()}
        restore_moments(self._optimizer, tensors)
