"""How the inputs of data come to a network that is trained on them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.classifier_training.loaded_minibatches import LoadedMinibatches
from heldout.runtime.classifier_training.minibatches import (
    DomainExamples,
    DomainMinibatches,
    examples_by_domain,
)
from heldout.runtime.component import Listed
from heldout.runtime.components.transforms.contract import Transforms
from heldout.runtime.loading.in_order import lies_in_memory, prepared_shape
from heldout.runtime.models.preprocessor import preprocessing
from heldout.runtime.randomness import torch_stream
from heldout.runtime.resources import Resources


@dataclass(frozen=True)
class Feed:
    """From rows to minibatches.

    Attributes:
        shape: of one input, as the network takes it.
        preprocess: transforms that evaluators give a picture too, which are kept with the model.
        transforms: those of training, augmentation first.
        whole: whether all inputs lie on the device as one tensor: small ones that nothing is done to.
    """

    shape: tuple[int, ...]
    preprocess: Listed
    transforms: Transforms
    whole: bool

    @classmethod
    def of(cls, data: Dataset, start: Model | None, augment: Listed, preprocess: Listed | None) -> "Feed":
        """As a study asks, and where it leaves `preprocess` out, as the model does that training starts from.

        Raises:
            ValueError: there are no examples, the first one cannot be read, or augmentation gives inputs of
                another shape than evaluators will.
        """
        if preprocess is None:
            preprocess = () if start is None else _of_start(start, data)
        transforms = Transforms([*augment, *preprocess])
        if lies_in_memory(data, transforms):
            return cls(tuple(data.x.shape[1:]), (), transforms, True)
        if not len(data):
            raise ValueError("there are no examples to train on")
        shape = prepared_shape(data, Transforms(preprocess))
        trained = prepared_shape(data, transforms) if augment else shape
        if trained != shape:
            raise ValueError(
                f"augment gives inputs of shape {list(trained)}, and evaluators will give {list(shape)}: "
                "bring both to one size, as by `preprocess: [{resize: {size: 224}}]`"
            )
        return cls(shape, tuple(preprocess), transforms, False)

    def minibatches(
        self,
        data: Dataset,
        labels: Tensor | None,
        batch_size: int,
        *,
        seed: int,
        steps: int,
        device: torch.device,
        resources: Resources,
        examples: DomainExamples | None = None,
    ) -> DomainMinibatches | LoadedMinibatches:
        """Minibatches of `batch_size` examples of each domain.

        Args:
            data: the examples.
            labels: of its rows, where they are not the data's own classes.
            batch_size: of each domain.
            seed: of all draws.
            steps: after which none is read ahead.
            device: to which they go.
            resources: of the task.
            examples: of `data`, where they are on the device already.

        Raises:
            ValueError: there are no examples, or they have no labels.
        """
        if self.whole:
            there = examples or examples_by_domain(data, device, labels)
            return DomainMinibatches(there, batch_size, torch_stream(seed, "minibatches"))
        return LoadedMinibatches(
            data,
            data.labels if labels is None else labels,
            self.transforms,
            batch_size,
            seed=seed,
            steps=steps,
            workers=resources.workers,
            device=device,
        )


def _of_start(start: Model, data: Dataset) -> Listed:
    """The model's own transforms; those of a fetched one bring pictures of any size to its own."""
    if "preprocess" in start.config:
        kept: Listed = start.config["preprocess"]
        return kept
    return () if "x" in data.tensors or "network" in start.config else preprocessing(start.files)
