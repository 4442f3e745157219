"""The run of a classifier's training, of a network that predicts numbers."""

import functools
from typing import Any

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import numbers_in
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.feed import Feed
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.component import Listed, chosen
from heldout.runtime.device import compute_device
from heldout.runtime.models.regressor import Scale, begin_regressor, regressor_model
from heldout.runtime.resources import Resources
from heldout.runtime.training.plan import Plan


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
        plan: Plan,
        batch_size: int,
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
        self._begin(
            module,
            feed.minibatches(
                data,
                self.scale.standardised(labels),
                batch_size,
                seed=seed,
                steps=plan.steps,
                device=device,
                resources=resources,
            ),
            checkpoint=checkpoint,
            objective=bound,
            hyperparameters=picked.hyperparameters,
            plan=plan,
            seed=seed,
            micro_batch=resources.micro_batch,
        )

    def model(self) -> Model:
        return regressor_model(self.training.module, self.scale)
