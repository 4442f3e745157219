"""Models that may be asked, and no more: neither differentiated nor read."""

from collections.abc import Iterator, Mapping
from typing import NoReturn

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Artifact, Dataset, Model
from heldout.runtime.device import compute_device
from heldout.runtime.loading.in_order import at_once, inputs_in_order
from heldout.runtime.models.classifier import Classifier, restore_classifier
from heldout.runtime.models.language_model import restore_language_model


class SealedWeights(Mapping[str, Tensor]):
    """The weights of a model that is only asked: whoever reads them is told so."""

    nbytes = 0

    def __getitem__(self, name: str) -> NoReturn:
        _refuse()

    def __iter__(self) -> Iterator[str]:
        _refuse()

    def __len__(self) -> NoReturn:
        _refuse()


class SealedModel(Model):
    """A model as ports of `Use.QUERIES` are given it: its config and files, and `ask` for what it says."""

    def __init__(self, whole: Model) -> None:
        super().__init__(SealedWeights(), whole.config, whole.files)
        object.__setattr__(self, "_whole", whole)

    _whole: Model


def sealed(artifact: Artifact) -> SealedModel:
    """A model that can be asked and not read.

    Raises:
        ValueError: the artifact is no model.
    """
    if not isinstance(artifact, Model):
        raise ValueError(f"models are queried, and this is a {type(artifact).__name__}")
    return SealedModel(artifact)


def ask(model: Model, inputs: Tensor | Dataset, batch_size: int = 512) -> Tensor:
    """What a model says of inputs, in evaluation mode; nothing of it can be differentiated.

    Args:
        model: a classifier or a language model, such as a port of `Use.QUERIES` is given.
        inputs: of a classifier [rows, ...], or tokens of a language model [rows, length]; or data, whose
            inputs a classifier is given as it is by evaluators, a few at a time: pictures are prepared.
        batch_size: rows at a time.

    Returns:
        logits, [rows, num_classes] or [rows, length, vocabulary], float32, on the device of the inputs; of
        data on the CPU.

    Raises:
        ValueError: the model is neither, or does not fit the data, or there are no rows.
    """
    if len(inputs) == 0:
        raise ValueError("there are no inputs to ask about")
    module = _module(model._whole if isinstance(model, SealedModel) else model).eval()
    if isinstance(inputs, Dataset):
        return _of_data(module, inputs, batch_size)
    module.to(inputs.device)
    with torch.no_grad():
        said = [module(part).float() for part in inputs.detach().split(batch_size)]
    return torch.cat(said)


def _of_data(module: nn.Module, data: Dataset, batch_size: int) -> Tensor:
    if not isinstance(module, Classifier):
        raise ValueError("a language model is asked about tokens: give it a tensor of them")
    device = compute_device()
    size = at_once(batch_size, module.shape)
    parts = inputs_in_order(data, module.shape, module.preprocess, size, device)
    with torch.no_grad():
        module.to(device)
        return torch.cat([module(x).float().cpu() for x in parts])


def _module(model: Model) -> nn.Module:
    if "network" in model.config:
        return restore_classifier(model)
    return restore_language_model(model)


def _refuse() -> NoReturn:
    raise ValueError(
        "this model may be asked and not read: the operator declares `Use.QUERIES`; call `ask(model, inputs)`"
    )
