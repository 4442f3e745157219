"""A training run of a classifier from its first step to its last, with its curve and its checkpoint."""

import math
from typing import Any

from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.feed import Feed
from heldout.runtime.classifier_training.minibatches import DomainExamples
from heldout.runtime.classifier_training.training import Optimizer, OptimizerSettings, Training
from heldout.runtime.component import Listed, chosen
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.models.classifier import (
    build_classifier,
    classifier_model,
    restore_classifier,
)
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.training.descent import loss_curve


class Run:
    """The training that an operator's arguments describe, begun or taken up from a checkpoint.

    Attributes:
        training: the weights and all that the next step depends on.
        step: the next one.
        losses: by step, the points of the curve so far.
    """

    def __init__(
        self,
        data: Dataset,
        start: Model | None = None,
        *,
        checkpoint: Checkpoint,
        resources: Resources = NONE_ASKED,
        augment: Listed = (),
        preprocess: Listed | None = None,
        network: str | dict[str, Any],
        objective: str | dict[str, Any],
        steps: int,
        batch_size: int,
        learning_rate: float,
        weight_decay: float,
        optimizer: Optimizer,
        precision: Precision,
        record_every: int,
        seed: int,
        examples: DomainExamples | None = None,
    ) -> None:
        """Arguments as `train/classifier` takes them.

        Args:
            examples: of `data`, where they are on the device already.

        Raises:
            ValueError: there are no examples, or `start` does not fit.
        """
        device = compute_device()
        feed = Feed.of(data, start, augment, preprocess)
        shape = feed.shape
        if start is not None:
            module = restore_classifier(start, len(data.classes), seed, shape).to(device)
        else:
            module = build_classifier(network, shape, len(data.classes), seed).to(device)
        module.preprocess = tuple(feed.preprocess)
        picked = chosen("objectives", objective)
        self.training = Training(
            module=module,
            objective=picked.function,
            hyperparameters=picked.hyperparameters,
            optimizer=OptimizerSettings(optimizer, learning_rate, weight_decay),
            minibatches=feed.minibatches(
                data,
                None,
                batch_size,
                seed=seed,
                steps=steps,
                device=device,
                resources=resources,
                examples=examples,
            ),
            generator=torch_stream(seed, "objective"),
            precision=precision,
            seed=seed,
        )
        self._checkpoint = checkpoint
        self._steps = steps
        self._record_every = record_every
        self.step = 0
        self.losses: dict[int, float] = {}
        if (saved := checkpoint.load()) is not None:
            self.training.restore(saved[0])
            self.step = saved[1]["step"]
            self.losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
        module.train()

    @property
    def ended(self) -> bool:
        return self.step >= self._steps

    @property
    def records(self) -> bool:
        """Whether the curve has a point at the next step."""
        return self.step % self._record_every == 0 or self.step == self._steps - 1

    def advance(self) -> None:
        """One step alone.

        Raises:
            Interrupted: the job was asked to stop; the checkpoint is saved.
            ValueError: the loss is not a finite number.
        """
        if self._checkpoint.stop:
            self._checkpoint.interrupt(*self._saved())
        loss = self.training.step(self.step)
        self.note(loss if self.records else None)

    def note(self, loss: Tensor | float | None) -> None:
        """The next step is done; its loss, where the curve has a point there.

        Raises:
            ValueError: the loss is not a finite number.
        """
        step, self.step = self.step, self.step + 1
        if loss is None:
            return
        self.losses[step] = loss.item() if isinstance(loss, Tensor) else loss
        if not math.isfinite(self.losses[step]):
            raise ValueError(f"the loss is {self.losses[step]} at step {step}")

    @property
    def stop(self) -> bool:
        return self._checkpoint.stop

    def save(self) -> None:
        self._checkpoint.save(*self._saved())

    def _saved(self) -> tuple[dict[str, Tensor], dict[str, object]]:
        return self.training.snapshot(), {"step": self.step, "losses": self.losses}

    def model(self) -> Model:
        return classifier_model(self.training.module)

    def curve(self) -> Table:
        """Metric `loss` by step."""
        return loss_curve(self.losses)
