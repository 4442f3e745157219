"""The run of a classifier's training, of a network that predicts numbers."""

import functools
from typing import Any

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.artifacts.columns import numbers_in
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.minibatches import DomainExamples, DomainMinibatches
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.classifier_training.training import OptimizerSettings, Training
from heldout.runtime.component import chosen
from heldout.runtime.device import Precision, compute_device
from heldout.runtime.models.regressor import Scale, begin_regressor, regressor_model
from heldout.runtime.randomness import torch_stream


class RegressorRun(Run):
    """The same loop, checkpoint and curve over other examples, another head and other objectives."""

    def __init__(
        self,
        data: Dataset,
        start: Model | None,
        *,
        checkpoint: Checkpoint,
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
        module = begin_regressor(network, start, tuple(data.x.shape[1:]), self.scale, seed).to(device)
        picked = chosen("regression-objectives", objective)
        examples = _by_domain(data, self.scale.standardised(labels), device)
        # What stands on the function beside it, such as the state that it starts with, goes along.
        bound = functools.partial(picked.function, loss=chosen("regression-losses", loss))
        vars(bound).update(vars(picked.function))
        self.training = Training(
            module=module,
            objective=bound,
            hyperparameters=picked.hyperparameters,
            optimizer=optimizer,
            minibatches=DomainMinibatches(examples, batch_size, torch_stream(seed, "minibatches")),
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


def _by_domain(data: Dataset, labels: Tensor, device: torch.device) -> DomainExamples:
    """Examples on the device, sorted by domain; `labels` are [num_rows, num_outputs]."""
    names = data.domains if "domain" in data.rows.column_names else [""] * len(data)
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    domain = torch.tensor([known[name] for name in names])
    order = torch.argsort(domain, stable=True)
    counts = torch.bincount(domain)
    offsets = counts.cumsum(0) - counts
    return DomainExamples(
        data.x[order].to(device), labels[order].to(device), counts[:, None], offsets[:, None]
    )
