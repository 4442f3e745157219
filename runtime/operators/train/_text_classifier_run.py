"""The run of a classifier's training, of an encoder of text."""

from typing import Any

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.classifier_training.run import Run, put
from heldout.runtime.component import chosen
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import Resources
from heldout.runtime.training.plan import Plan


class ModuleRun(Run):
    """The same loop, checkpoint and curve over a module that is at hand."""

    def __init__(
        self,
        module: Classifier,
        data: Dataset,
        *,
        checkpoint: Checkpoint,
        resources: Resources,
        objective: str | dict[str, Any],
        plan: Plan,
        batch_size: int,
        seed: int,
    ) -> None:
        """Arguments as `train/text-classifier` takes them, and the module that is trained.

        Raises:
            ValueError: there are no examples, or they have no labels.
        """
        device = compute_device()
        picked = chosen("objectives", objective)
        put(module, device, plan, resources)
        self._begin(
            module,
            DomainMinibatches(
                examples_by_domain(data, device), batch_size, torch_stream(seed, "minibatches")
            ),
            checkpoint=checkpoint,
            objective=picked.function,
            hyperparameters=picked.hyperparameters,
            plan=plan,
            seed=seed,
            micro_batch=resources.micro_batch,
        )
