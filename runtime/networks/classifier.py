"""A classifier: a featurizer and a linear head on its features."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from runtime.artifacts import Model
from runtime.operator import find
from runtime.randomness import stable_seed


class Sizes(NamedTuple):
    """The sizes that networks and objectives are built from."""

    num_features: int
    num_classes: int
    num_domains: int


class Classifier(nn.Module):
    """`head(featurizer(x))` on inputs of one shape (without the batch)."""

    def __init__(self, featurizer: nn.Module, shape: tuple[int, ...], num_classes: int) -> None:
        super().__init__()
        self.shape = shape
        self.featurizer = featurizer
        self.head = nn.Linear(featurizer.num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, [batch, num_classes], of inputs [batch, ...]."""
        return self.head(self.featurizer(x))


def named_choice(choice: str | dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A component's name and its parameters, from `coral` or `{coral: {penalty: 2.0}}`."""
    if isinstance(choice, str):
        return choice, {}
    ((name, parameters),) = choice.items()
    return name, dict(parameters or {})


def build_classifier(
    network: str | dict[str, Any], shape: tuple[int, ...], num_classes: int, seed: int
) -> Classifier:
    """A freshly initialised classifier.

    Args:
        network: a component of `runtime/networks`, by name or with parameters.
        shape: the shape of one input, without the batch.
        num_classes: outputs of the head.
        seed: of the stream `initialise`; equal seeds give equal weights, whatever the objective.
    """
    name, parameters = named_choice(network)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        featurizer = find(f"networks/{name}")(tuple(shape), **parameters)
        return Classifier(featurizer, tuple(shape), num_classes)


def classifier_model(module: Classifier, network: str | dict[str, Any]) -> Model:
    """The artifact of a classifier: its weights and what rebuilds it."""
    config = {
        "network": network,
        "shape": list(module.shape),
        "num_classes": module.head.out_features,
    }
    return Model(weights=module.state_dict(), config=config)


def restore_classifier(model: Model, num_classes: int | None = None, seed: int = 0) -> Classifier:
    """The classifier of an artifact.

    Args:
        model: what `classifier_model` gave.
        num_classes: classes of the task at hand; where it differs from the model's, the head is
            a fresh one (stream `initialise` of the seed) and the featurizer is kept.
        seed: of a fresh head.

    Raises:
        ValueError: the artifact is no classifier.
    """
    if "network" not in model.config:
        raise ValueError("this model is no classifier: its config names no network")
    config = model.config
    wanted = config["num_classes"] if num_classes is None else num_classes
    module = build_classifier(config["network"], tuple(config["shape"]), wanted, seed)
    keep = wanted == config["num_classes"]
    weights = {k: v for k, v in model.weights.items() if keep or not k.startswith("head.")}
    module.load_state_dict(weights, strict=keep)
    return module
