"""A training run of a classifier from its first step to its last, with its curve and its checkpoint."""

import math
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model, Table, Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.feed import Feed
from heldout.runtime.classifier_training.loaded_minibatches import LoadedMinibatches
from heldout.runtime.classifier_training.minibatches import DomainExamples, DomainMinibatches
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.component import Listed, chosen
from heldout.runtime.device import compute_device
from heldout.runtime.distributed import world
from heldout.runtime.models.classifier import (
    Classifier,
    build_classifier,
    classifier_config,
    classifier_model,
    classifier_model_in_files,
    restore_classifier,
)
from heldout.runtime.models.tuned import network_in
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import NONE_ASKED, Resources
from heldout.runtime.training.fit import loss_curve
from heldout.runtime.training.kept_weights import KeptWeights
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.sharding import shard
from heldout.runtime.training.whole_weights import whole_weights


def put(module: Classifier, device: torch.device, plan: Plan, resources: Resources) -> None:
    """Put a classifier onto a device, or cut its weights over the devices of all processes.

    Raises:
        ValueError: they are to be cut, and cannot be, or are to be compiled.
    """
    if not (resources.sharded and world().size > 1):
        module.to(device)
        return
    if plan.options.compile:
        raise ValueError("sharded weights are not compiled: leave `compile` or `sharded` out")
    shard(module, network_in(module), device, plan.precision)


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
        plan: Plan,
        batch_size: int,
        seed: int,
        dropout: float = 0.0,
        keep_every: int | None = None,
        examples: DomainExamples | None = None,
    ) -> None:
        """Arguments as `train/classifier` takes them.

        Args:
            plan: of the training.
            keep_every: steps between two points at which the weights are kept; the last is one more.
            examples: of `data`, where they are on the device already.

        Raises:
            ValueError: there are no examples, or `start` does not fit.
        """
        device = compute_device()
        feed = Feed.of(data, start, augment, preprocess)
        shape = feed.shape
        if start is not None:
            module = restore_classifier(start, len(data.classes), seed, shape)
        else:
            module = build_classifier(network, shape, len(data.classes), seed)
        put(module, device, plan, resources)
        module.preprocess = tuple(feed.preprocess)
        picked = chosen("objectives", objective)
        self._begin(
            module,
            feed.minibatches(
                data,
                None,
                batch_size,
                seed=seed,
                steps=plan.steps,
                device=device,
                resources=resources,
                examples=examples,
            ),
            checkpoint=checkpoint,
            objective=picked.function,
            hyperparameters=picked.hyperparameters,
            plan=plan,
            seed=seed,
            dropout=dropout,
            micro_batch=resources.micro_batch,
            keep_every=keep_every,
        )

    def _begin(
        self,
        module: Classifier,
        minibatches: DomainMinibatches | LoadedMinibatches,
        *,
        checkpoint: Checkpoint,
        objective: Callable[..., Any],
        hyperparameters: dict[str, Any],
        plan: Plan,
        seed: int,
        dropout: float = 0.0,
        micro_batch: int | None = None,
        keep_every: int | None = None,
    ) -> None:
        """Begin with a module, or take up where a checkpoint says."""
        self.training = Training(
            module=module,
            objective=objective,
            hyperparameters=hyperparameters,
            plan=plan,
            minibatches=minibatches,
            generator=torch_stream(seed, "objective"),
            seed=seed,
            dropout=dropout,
            micro_batch=micro_batch,
        )
        if keep_every is not None and self.training.ranks.sharded:
            raise ValueError(
                "`keep_every` keeps whole weights, and they are sharded: leave one of the two out"
            )
        checkpoint = self.training.ranks.keeping(checkpoint, self.training.updates)
        self._checkpoint, self._plan = checkpoint, plan
        points = () if keep_every is None else (*range(keep_every, plan.steps, keep_every), plan.steps)
        self._kept = KeptWeights(checkpoint, points)
        self.step = 0
        self.losses: dict[int, float] = {}
        if (saved := checkpoint.load()) is not None:
            self.training.restore(saved[0])
            self.step = saved[1]["step"]
            self.losses = {int(step): loss for step, loss in saved[1]["losses"].items()}
        module.train()

    def to_the_end(self) -> None:
        """All steps that are left.

        Raises:
            Interrupted: the job was asked to stop; the checkpoint is saved.
            ValueError: the loss is not a finite number.
        """
        while not self.ended:
            self.advance()
        self.training.end()
        self.training.ranks.finish()
        self._kept.keep(self.step, self.training.module.state_dict())

    @property
    def ended(self) -> bool:
        return self.step >= self._plan.steps

    @property
    def records(self) -> bool:
        """Whether the curve has a point at the next step."""
        return self._plan.records(self.step)

    def advance(self) -> None:
        """One step alone.

        Raises:
            Interrupted: the job was asked to stop; the checkpoint is saved.
            ValueError: the loss is not a finite number.
        """
        self._checkpoint.look(self._saved)
        loss = self.training.step(self.step)
        self.note(loss if self.records else None)
        if self.step < self._plan.steps:
            self._kept.keep(self.step, self.training.module.state_dict())

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

    def _saved(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.training.snapshot(), {"step": self.step, "losses": self.losses}

    def model(self) -> Model:
        """As the weights are now; all processes that train together ask for it."""
        module = self.training.module
        if not self.training.ranks.sharded:
            return classifier_model(module)
        folder = self._checkpoint.folder or Path(tempfile.mkdtemp(prefix="heldout-"))
        weights = whole_weights(module, folder / "whole")
        if not weights:  # another process has them
            return Model(weights, classifier_config(module))
        model = classifier_model_in_files(module, weights, folder / "model")
        shutil.rmtree(folder / "whole")
        return model

    def trajectory(self, config: Mapping[str, Any]) -> Trajectory:
        """The weights at the points at which they were kept, with the `config` of the model."""
        return self._kept.trajectory(config)

    def curve(self) -> Table:
        """Metric `loss` by step."""
        return loss_curve(self.losses)
