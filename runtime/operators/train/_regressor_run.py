"""The run of a classifier's training, of a network that predicts numbers."""

import functools
from typing import Any

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import numbers_in
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.feed import Feed
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.classifier_training.training import OptimizerSettings, Training
from heldout.runtime.component import Listed, chosen
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.models.regressor import Scale, begin_regressor, regressor_model
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import Resources


class RegressorRun(Run):
    """The same loop, checkpoint and curve over other examples, another head and other objectives."""

    def __init__(
        self,
        data: Dataset,
        start: Model | None,
        *,
        checkpoint: Checkpoint,
        resources: Resources,
        augment: Listed,
        preprocess: Listed | None,
        network: str | dict[str, Any],
        objective: str | dict[str, Any],
        loss: str | dict[str, Any],
        standardize: bool,
        steps: int,
        batch_size: int,
        optimizer: OptimizerSettings,
        precision: Precision,
        record_every: int,
        seed: int,
    ) -> None:
        """Arguments as `train/regressor` takes them.

        Raises:
            ValueError: there are no examples, their labels are no numbers, or `start` does not fit.
        """
        device = compute_device()
        labels = numbers_in(data.rows, "label")
        if not len(data):
            raise ValueError("there are no examples to train on")
        self.scale = Scale.of(labels) if standardize else Scale.none(labels.shape[1])
        feed = Feed.of(data, start, augment, preprocess)
        module = begin_regressor(network, start, feed.shape, self.scale, seed).to(device)
        module.preprocess = tuple(feed.preprocess)
        picked = chosen("regression-objectives", objective)
        # What stands on the function beside it, such as the state that it starts with, goes along.
        bound = functools.partial(picked.function, loss=chosen("regression-losses", loss))
        vars(bound).update(vars(picked.function))
        self.training = Training(
            module=module,
            objective=bound,
            hyperparameters=picked.hyperparameters,
            optimizer=optimizer,
            minibatches=feed.minibatches(
                data,
                self.scale.standardised(labels),
                batch_size,
                seed=seed,
                steps=steps,
                device=device,
                resources=resources,
            ),
            generator=torch_stream(seed, "objective"),
            precision=precision,
            seed=seed,
        )
        self._begin(checkpoint, steps, record_every)
        module.train()

    def _begin(self, checkpoint: Checkpoint, steps: int, record_every: int) -> None:
        """As the run of a classifier begins, by whose code the tasks of classifiers are called."""
        self._checkpoint, self._steps, self._record_every = checkpoint, steps, record_every
        self.step, self.losses = 0, {}
        if (saved := checkpoint.load()) is not None:
            self.training.restore(saved[0])
            self.step = saved[1]["step"]
            self.losses = {int(step): loss for step, loss in saved[1]["losses"].items()}

    def model(self) -> Model:
        return regressor_model(self.training.module, self.scale)
