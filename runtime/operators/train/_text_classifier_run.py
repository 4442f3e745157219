"""The run of a classifier's training, of an encoder of text."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.classifier_training.training import OptimizerSettings, Training
from heldout.runtime.component import chosen
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.randomness import torch_stream
from heldout.runtime.training.learning_rate import Schedule, learning_rate_at


@dataclass(frozen=True)
class ScheduledAdamW(OptimizerSettings):
    """AdamW of what takes gradients, its rate by the step.

    Attributes:
        highest: the learning rate after the warm-up.
        steps: of all the training.
        schedule: of the rate after the warm-up.
        warmup: part of the steps in which it rises.
        clip: norm to which the gradients of all that is trained are clipped.
    """

    highest: float
    steps: int
    schedule: Schedule
    warmup: float
    clip: float

    def at(self, step: int) -> "ScheduledAdamW":
        """The settings of one step."""
        rate = learning_rate_at(step, self.steps, self.highest, self.schedule, self.warmup)
        return replace(self, learning_rate=rate)

    def build(self, parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
        trained = [parameter for parameter in parameters if parameter.requires_grad]
        optimizer = torch.optim.AdamW(
            trained, lr=self.learning_rate, weight_decay=self.weight_decay, fused=True
        )

        def clipped(*_: Any) -> None:
            nn.utils.clip_grad_norm_(trained, self.clip)

        optimizer.register_step_pre_hook(clipped)
        return optimizer


class ScheduledTraining(Training):
    """Training in which some weights may be frozen, which objectives then do not see."""

    settings: ScheduledAdamW

    def __init__(self, module: Classifier, **given: Any) -> None:
        super().__init__(module, **given)
        trained = {name: value for name, value in self.parameters.items() if value.requires_grad}
        self._forward: ModuleForward
        self._forward.parameters = trained
        self.parameters = dict(trained)

    def step(self, step: int) -> Tensor:
        self.settings = self.settings.at(step)
        return super().step(step)


class ScheduledRun(Run):
    """The same loop, checkpoint and curve over a module that is at hand, with a schedule of the rate."""

    def __init__(
        self,
        module: Classifier,
        data: Dataset,
        *,
        checkpoint: Checkpoint,
        objective: str | dict[str, Any],
        batch_size: int,
        optimizer: ScheduledAdamW,
        precision: Precision,
        record_every: int,
        seed: int,
    ) -> None:
        """Arguments as `train/text-classifier` takes them, and the module that is trained.

        Raises:
            ValueError: there are no examples, or they have no labels.
        """
        device = compute_device()
        picked = chosen("objectives", objective)
        examples = examples_by_domain(data, device)
        self.training = ScheduledTraining(
            module.to(device),
            objective=picked.function,
            hyperparameters=picked.hyperparameters,
            optimizer=optimizer.at(0),
            minibatches=DomainMinibatches(examples, batch_size, torch_stream(seed, "minibatches")),
            generator=torch_stream(seed, "objective"),
            precision=precision,
            seed=seed,
        )
        # As the run of a classifier begins, by whose code the tasks of classifiers are called.
        self._checkpoint, self._steps, self._record_every = checkpoint, optimizer.steps, record_every
        self.step, self.losses = 0, {}
        if (saved := checkpoint.load()) is not None:
            self.training.restore(saved[0])
            self.step = saved[1]["step"]
            self.losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
        module.train()
