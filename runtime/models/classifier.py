"""A classifier: a featurizer and a linear head on its features."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model, Trajectory
from heldout.runtime.component import Listed, chosen
from heldout.runtime.hub.format import from_hub_format, hub_files
from heldout.runtime.hub.reading import IN_PLACE
from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.hub_featurizer import HubFeaturizer
from heldout.runtime.models.preprocessor import normalization
from heldout.runtime.models.tuned import also_tuned
from heldout.runtime.models.without_memory import WithoutMemory
from heldout.runtime.randomness import seed_globally, stable_seed


class Classifier(nn.Module):
    """`head(featurizer(x))` on inputs of one shape (without the batch).

    Attributes:
        network: what built the featurizer, as a study writes it.
        preprocess: transforms that a picture goes through before it, in order, as a study writes them.
    """

    def __init__(
        self,
        featurizer: Featurizer,
        shape: tuple[int, ...],
        num_classes: int,
        network: str | dict[str, Any] | None = None,
        preprocess: Listed = (),
    ) -> None:
        super().__init__()
        self.preprocess = tuple(preprocess)
        self.shape = shape
        self.network = network
        self.featurizer = featurizer
        self.head = nn.Linear(featurizer.num_features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, [batch, num_classes], of inputs [batch, ...]."""
        logits: Tensor = self.head(self.featurizer(x))
        return logits

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, x: Tensor) -> Tensor: ...


def build_classifier(
    network: str | dict[str, Any],
    shape: tuple[int, ...],
    num_classes: int,
    seed: int,
    within: AbstractContextManager[object] | None = None,
) -> Classifier:
    """A freshly initialised classifier.

    Args:
        network: a component of `runtime/components/networks`, by name or with parameters.
        shape: the shape of one input, without the batch.
        num_classes: outputs of the head.
        seed: of the stream `initialise`; equal seeds give equal weights, whatever the objective.
        within: what the featurizer is built in, such as `WithoutMemory`.
    """
    with torch.random.fork_rng(devices=[]):
        seed_globally(stable_seed(seed, "initialise"))
        with within or nullcontext():
            featurizer: Featurizer = chosen("networks", network)(tuple(shape))
        return Classifier(featurizer, tuple(shape), num_classes, network)


def classifier_model(module: Classifier, network: str | dict[str, Any] | None = None) -> Model:
    """The artifact of a classifier: its weights and what rebuilds it.

    A network of transformers is stored in the hub's format, with the head's weights (`head.…`)
    beside its own, so that `from_pretrained` opens the folder too.

    Args:
        module: the classifier.
        network: what built it, where the module does not know it.
    """
    config = classifier_config(module, network)
    if not isinstance(module.featurizer, HubFeaturizer):
        return Model(weights=module.state_dict(), config=config)
    weights, files = module.featurizer.save_to_hub_format()
    head = {f"head.{name}": tensor for name, tensor in module.head.state_dict().items()}
    return Model(weights=weights | head, config=config, files=files)


def classifier_config(module: Classifier, network: str | dict[str, Any] | None = None) -> dict[str, Any]:
    """What rebuilds a classifier, but for its weights; JSON."""
    return {
        "network": module.network if network is None else network,
        "shape": list(module.shape),
        "num_classes": module.head.out_features,
        **({"preprocess": list(module.preprocess)} if module.preprocess else {}),
    }


def classifier_model_in_files(module: Classifier, weights: Mapping[str, Tensor], folder: Path) -> Model:
    """What `classifier_model` gives, of weights that lie elsewhere; they go into files, a part at a time.

    Args:
        module: the classifier, of a network of transformers; its own weights are not looked at.
        weights: all of its state, by its own names.
        folder: where the files go; what is in it goes.
    """
    assert isinstance(module.featurizer, HubFeaturizer)
    before = "featurizer.backbone."
    own = {name.removeprefix(before): one for name, one in weights.items() if name.startswith(before)}
    beside = {name: one for name, one in weights.items() if name.startswith("head.")}
    stored, files = hub_files(module.featurizer.backbone, own, folder, beside)
    return Model(weights=stored, config=classifier_config(module), files=files)


@also_tuned
def restore_classifier(
    model: Model,
    num_classes: int | None = None,
    seed: int = 0,
    shape: tuple[int, ...] | None = None,
    mapped: bool = False,
) -> Classifier:
    """The classifier of an artifact.

    Args:
        model: what `classifier_model` gave, or an image model as `fetch/model` brings it.
        num_classes: classes of the task at hand; where it differs from the model's, or the model
            has no head, the head is a fresh one (stream `initialise` of the seed) and the
            featurizer is kept.
        seed: of a fresh head.
        shape: of one input, where the model does not say it.
        mapped: the weights of an encoder of text stay in their files, and are read where they are looked at;
            nobody may write to them.

    Raises:
        ValueError: the artifact is no classifier, or its weights do not fit its network.
    """
    origin = _origin(model, shape)
    wanted = origin.num_classes if num_classes is None else num_classes
    if wanted is None:
        raise ValueError("this model has no head yet: train a classifier that starts from it")
    with_head = wanted == origin.num_classes
    if mapped:
        module = build_classifier(origin.network, origin.shape, wanted, seed, WithoutMemory())
        _map_weights(module, model.weights, with_head)
    else:
        module = build_classifier(origin.network, origin.shape, wanted, seed)
        _load_weights(module, model.weights, with_head)
    module.preprocess = tuple(model.config.get("preprocess", ()))
    return module


def classifier_along(trajectory: Trajectory) -> Classifier:
    """The classifier that a trajectory is of, freshly initialised.

    What brings it to a point is `load_state_dict(trajectory.weights_at(point))`: the points are of the
    module's own state, whatever the format is in which a model of it is stored.

    Raises:
        ValueError: the trajectory is of no classifier.
    """
    config = trajectory.config
    if missing := {"network", "shape", "num_classes"} - config.keys():
        raise ValueError(
            f"this trajectory is of no classifier: its config lacks {', '.join(sorted(missing))}"
        )
    module = build_classifier(config["network"], tuple(config["shape"]), config["num_classes"], seed=0)
    module.preprocess = tuple(config.get("preprocess", ()))
    return module


def _hub_network(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The network that a fetched model's `config.json` describes, as a study would write it."""
    return {"hub": {"config": json.loads(files["config.json"]), **normalization(files)}}


class _Origin(NamedTuple):
    network: str | dict[str, Any]
    shape: tuple[int, ...]
    num_classes: int | None


def _origin(model: Model, shape: tuple[int, ...] | None) -> _Origin:
    if "network" in model.config:
        config = model.config
        return _Origin(config["network"], tuple(config["shape"]), config["num_classes"])
    if "config.json" not in model.files:
        raise ValueError("this model is no classifier: its config names no network")
    if shape is None:
        raise ValueError("this model has no head yet: train a classifier that starts from it")
    return _Origin(_hub_network(model.files), tuple(shape), None)


def _map_weights(module: Classifier, weights: Mapping[str, Tensor], with_head: bool) -> None:
    """Put a network of transformers over mapped weights in the place of one without any."""
    featurizer = module.featurizer
    assert isinstance(featurizer, HubFeaturizer)
    head = {f"head.{name}" for name in module.head.state_dict()}
    own = {name: weight for name, weight in weights.items() if name not in head}
    backbone = featurizer.backbone
    names = list(backbone.state_dict())
    attention = backbone.config._attn_implementation
    reading = replace(IN_PLACE, attention=attention if attention in ("eager", "sdpa") else None)
    featurizer.backbone = from_hub_format(type(backbone), backbone.config, own, names, reading)
    if getattr(featurizer.backbone, "pooler", None) is not None:  # as `text_encoder` has it
        featurizer.backbone.pooler = None
    if with_head:
        module.head.load_state_dict({n.removeprefix("head."): weights[n] for n in sorted(head)})


def _load_weights(module: Classifier, weights: Mapping[str, Tensor], with_head: bool) -> None:
    head = {f"head.{name}" for name in module.head.state_dict()}
    if isinstance(module.featurizer, HubFeaturizer):
        module.featurizer.load_from_hub_format({k: v for k, v in weights.items() if k not in head})
        if with_head:
            own = {name.removeprefix("head."): weights[name] for name in sorted(head)}
            module.head.load_state_dict(own)
        return
    if not with_head:
        fresh = {name: tensor for name, tensor in module.state_dict().items() if name in head}
        weights = {name: tensor for name, tensor in weights.items() if name not in head} | fresh
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit the network {module.network!r}: {error}") from error
