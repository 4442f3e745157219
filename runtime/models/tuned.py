"""Tuned networks: a base that stays as it is, and what was trained beside it, by the library peft."""

import functools
import json
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model
from heldout.runtime.artifacts.model import ADAPTER
from heldout.runtime.artifacts.stored_weights import owned
from heldout.runtime.component import chosen
from heldout.runtime.models.content import model_sha256
from heldout.runtime.models.peft_format import PREFIX, adapter_settings
from heldout.runtime.randomness import stable_seed

M = TypeVar("M", bound=nn.Module)
P = ParamSpec("P")
NAME = "default"  # of the one adapter in a network, as peft calls it
OF_BASE = "base_sha256"


@dataclass(frozen=True)
class Tuning:
    """An adapter in a network, being trained.

    Attributes:
        parameters: what is trained, and nothing else: for an optimizer, and for checkpoints.
    """

    parameters: Mapping[str, nn.Parameter]
    _network: nn.Module
    _settings: Mapping[str, Any]

    def model(self, base: Model, task: str = "") -> Model:
        """The tuned model: its base, and the adapter in peft's files.

        Args:
            base: what the network was restored from.
            task: what it was trained on.
        """
        from peft import get_peft_model_state_dict

        held = get_peft_model_state_dict(self._network, adapter_name=NAME, save_embedding_layers=False)
        weights = {PREFIX + name: value.detach().cpu().contiguous() for name, value in held.items()}
        settings = json.dumps(self._settings, indent=1, sort_keys=True).encode()
        kind = str(self._settings["peft_type"]).lower()
        about = {"adapter": kind, OF_BASE: model_sha256(base)} | ({"task": task} if task else {})
        return _over(Model(weights, about, {ADAPTER: settings}), base)


def begin_tuning(module: nn.Module, tuning: str | Mapping[str, Any], seed: int) -> Tuning:
    """Put a fresh adapter into a network, in place, and freeze all else of it.

    Args:
        module: as one of the `restore_…` gives it.
        tuning: a component of tunings, as a study writes it.
        seed: of the stream `adapter`, from which the adapter's first weights are drawn.

    Raises:
        ValueError: no module of the network is one to adapt.
    """
    network = network_in(merge_in_place(module))
    module.requires_grad_(False)
    from peft import get_peft_config

    config = get_peft_config(chosen("tunings", tuning)(network))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "adapter"))
        _inject(network, config)
    trained = {name: one for name, one in module.named_parameters() if one.requires_grad}
    for one in trained.values():  # in full precision, whatever the base's: updates are small
        one.data = one.data.float()
    return Tuning(trained, network, _written(config))


def attached(adapter: Model, base: Model) -> Model:
    """An adapter and its base as one model, of the kind that the base is.

    Raises:
        ValueError: the adapter was trained over another base, or is none.
    """
    adapter_settings(adapter.files)
    of = adapter.config.get(OF_BASE)
    if of is not None and of != (found := model_sha256(base)):
        raise ValueError(
            f"the adapter was trained over another base: over one of content {of[:12]}…, this one's is "
            f"{found[:12]}…; give it the model that its training started from"
        )
    return _over(adapter, base)


def _over(adapter: Model, base: Model) -> Model:
    files = {name: content for name, content in base.files.items() if name != ADAPTER}
    return Model(adapter.weights, {**base.config, **adapter.config}, files | dict(adapter.files), base)


def also_tuned(
    restore: Callable[Concatenate[Model, P], M],
) -> Callable[Concatenate[Model, P], M]:
    """Let what restores the networks of a kind restore tuned ones too: the base, then the adapter in it.

    An adapter over a tuned base finds it with its adapter merged into the weights.
    """

    @functools.wraps(restore)
    def restored(model: Model, *arguments: P.args, **settings: P.kwargs) -> M:
        if model.base is None:
            if ADAPTER in model.files:
                raise ValueError("this is an adapter without its base: adapters/attach puts the two together")
            return restore(model, *arguments, **settings)
        if settings.get("mapped"):
            raise ValueError(
                "the weights of a tuned model change as it is read, and are not read in parts: start from "
                "one that its adapter is merged into, or leave `sharded` out"
            )
        module = restored(model.base, *arguments, **settings)
        merge_in_place(module)
        put_adapter(module, model)
        return module

    return cast(Callable[Concatenate[Model, P], M], restored)


def put_adapter(module: nn.Module, adapter: Model) -> None:
    """Put a finished adapter into a network, in place; nothing of it takes gradients.

    Raises:
        ValueError: it is none, or does not fit the network.
    """
    from peft import get_peft_config, set_peft_model_state_dict

    network = network_in(module)
    settings = adapter_settings(adapter.files)
    names = [name for name in adapter.weights if name.startswith(PREFIX)]
    if len(names) < len(adapter.weights) or not names:
        raise ValueError(f"the adapter holds weights that do not begin with {PREFIX!r}, or none")
    weights = {name.removeprefix(PREFIX): owned(adapter.weights, name) for name in names}
    adapted = sorted({re.split(r"\.(?:lora_|ia3_)", name)[0] for name in weights})
    if short := settings.get("feedforward_modules"):  # peft wants them by the same names
        ends = tuple(f".{name}" for name in short)
        settings["feedforward_modules"] = [name for name in adapted if f".{name}".endswith(ends)]
    training = module.training
    try:
        config = get_peft_config({**settings, "target_modules": adapted, "inference_mode": True})
        _inject(network, config, weights)
        report: Any = set_peft_model_state_dict(network, weights, adapter_name=NAME)
    except (ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the adapter does not fit the model: {error}") from error
    marks = ("lora_", "ia3_")
    lacking = [name for name in report.missing_keys if any(mark in name for mark in marks)]
    if unfit := [*report.unexpected_keys, *lacking]:
        raise ValueError(f"the adapter does not fit the model: {len(unfit)} weights, such as {unfit[0]!r}")
    module.requires_grad_(False).train(training)


def merge_in_place(module: nn.Module) -> nn.Module:
    """Add what adapters in a network change to its weights, and take them out.

    Raises:
        ValueError: what comes of it is not finite.
    """
    network = network_in(module)
    if not hasattr(network, "peft_config"):
        return module
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, layer in list(network.named_modules()):
        if isinstance(layer, BaseTunerLayer):
            layer.merge(safe_merge=True)
            around, _, own = name.rpartition(".")
            setattr(network.get_submodule(around), own, layer.get_base_layer())
    del network.peft_config
    if hasattr(network, "_hf_peft_config_loaded"):
        setattr(network, "_hf_peft_config_loaded", False)  # noqa: B010 - of transformers, and no tensor
    return module


def network_in(module: nn.Module) -> nn.Module:
    """The network of transformers inside one of this project's, which peft's names are of; else itself."""
    inner = getattr(module, "featurizer", module)
    for place in ("model", "backbone", "clip"):
        found = getattr(inner, place, None)
        if not hasattr(inner, "save_pretrained") and hasattr(found, "save_pretrained"):
            return cast(nn.Module, found)
    return inner if isinstance(inner, nn.Module) else module


def _inject(network: nn.Module, config: Any, weights: Mapping[str, Tensor] | None = None) -> None:
    from peft import inject_adapter_in_model

    with warnings.catch_warnings():  # of settings that the names of weights say better
        warnings.simplefilter("ignore")
        inject_adapter_in_model(
            config, network, adapter_name=NAME, state_dict=None if weights is None else dict(weights)
        )


def _written(config: Any) -> dict[str, Any]:
    """What peft writes of a configuration, for one that is no longer trained."""
    said = {name: value for name, value in config.to_dict().items() if value is not None}
    return json.loads(json.dumps({**said, "inference_mode": True}, default=_plain))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else str(value)
