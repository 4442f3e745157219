"""A classifier and an objective's auxiliary networks, as a function of their parameters."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import dropout
from torch.nn.modules.batchnorm import _BatchNorm

from heldout.runtime.components.objectives.contract import Parameters
from heldout.runtime.distributed import share, with_others
from heldout.runtime.models.classifier import Classifier


class ModuleForward:
    """`heldout.runtime.components.objectives.contract.Forward` over an `nn.Module`.

    Calls the modules themselves while the parameters are their own, and `functional_call` when
    an objective asks for other weights: the first costs nothing extra on small networks.
    """

    def __init__(
        self,
        classifier: Classifier,
        auxiliaries: nn.ModuleDict,
        parameters: Parameters | None = None,
        buffers: Parameters | None = None,
        apart: bool = False,
        shared: bool = False,
        dropout: float = 0.0,
    ) -> None:
        self._classifier = classifier
        self._auxiliaries = auxiliaries
        self._other = parameters
        self._buffers = buffers or {}  # in the place of the modules' own
        self._apart = apart  # whether each domain is a pass of its own
        self._shared = shared  # whether several processes each compute the features of some rows
        self._dropout = dropout  # of features
        own = dict(classifier.named_parameters())
        own |= {f"auxiliary.{name}": p for name, p in auxiliaries.named_parameters()}
        self.parameters: Parameters = own if parameters is None else parameters

    def at(self, parameters: Parameters) -> Self:
        return self._with(dict(parameters), self._apart)

    def by_domain(self) -> Self:
        modules = self._classifier.featurizer.modules()
        apart = any(isinstance(module, _BatchNorm) and module.training for module in modules)
        return self._with(self._other, apart)

    def _with(self, parameters: Parameters | None, apart: bool) -> Self:
        return type(self)(
            self._classifier,
            self._auxiliaries,
            parameters,
            self._buffers,
            apart,
            self._shared,
            self._dropout,
        )

    def features(self, x: Tensor) -> Tensor:
        if self._apart and self._leading(x) > 1:
            return torch.stack([self.features(domain) for domain in x])
        flat, leading = self._flat(x)
        features = self._featurize(flat)
        return features.view(*leading, *features.shape[1:])

    def classify(self, features: Tensor) -> Tensor:
        return self._call(self._classifier.head, "head.", features)

    def logits(self, x: Tensor) -> Tensor:
        if self._apart and self._leading(x) > 1:
            return self.classify(self.features(x))
        flat, leading = self._flat(x)
        logits = self.classify(self._featurize(flat))
        return logits.view(*leading, *logits.shape[1:])

    def auxiliary(self, name: str, x: Tensor) -> Tensor:
        return self._call(self._auxiliaries[name], f"auxiliary.{name}.", x)

    def gradients(
        self, value: Tensor, inputs: Sequence[Tensor], create_graph: bool = False
    ) -> tuple[Tensor, ...]:
        return torch.autograd.grad(value, list(inputs), retain_graph=True, create_graph=create_graph)

    def _leading(self, x: Tensor) -> int:
        """How many dimensions stand before those of one input."""
        return x.ndim - len(self._classifier.shape)

    def _flat(self, x: Tensor) -> tuple[Tensor, torch.Size]:
        """Inputs along one dimension, and the leading dimensions that they had."""
        inner = self._leading(x)
        return x.reshape(-1, *x.shape[inner:]), x.shape[:inner]

    def _featurize(self, flat: Tensor) -> Tensor:
        """Features of all rows, whichever process computed them, after dropout, which is the same in all."""
        places = share(len(flat)) if self._shared else range(len(flat))
        features = self._call(self._classifier.featurizer, "featurizer.", flat[places.start : places.stop])
        if self._shared:
            features = with_others(features, len(flat))
        return dropout(features, self._dropout) if self._dropout else features

    def _call(self, module: nn.Module, prefix: str, x: Tensor) -> Tensor:
        output: Tensor
        if self._other is None:
            output = module(x)
            return output
        given = {**self._other, **self._buffers}
        own = {k.removeprefix(prefix): v for k, v in given.items() if k.startswith(prefix)}
        output = functional_call(module, own, (x,))
        return output


def bind_objective(
    objective: Callable[..., Any], hyperparameters: dict[str, Any]
) -> Callable[[dict[str, Any]], Any]:
    """The objective with its hyper-parameters, as a function of everything that is supplied.

    Returns:
        a function of a dict that holds every name of `contract.SUPPLIED`; it passes on those
        that the objective's signature asks for.
    """
    kinds = inspect.signature(objective).parameters.values()
    wanted = [p.name for p in kinds if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    return lambda supplied: objective(*(supplied[name] for name in wanted), **hyperparameters)
