"""One training run: weights, optimizer, objective and their state, a step at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from heldout.runtime.classifier_training.forward import ModuleForward, bind_objective
from heldout.runtime.classifier_training.loaded_minibatches import LoadedMinibatches
from heldout.runtime.classifier_training.minibatches import DomainMinibatches
from heldout.runtime.components.objectives.contract import Batch, Sizes, State, Update
from heldout.runtime.device import Precision, autocast_to
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.randomness import stable_seed
from heldout.runtime.training.snapshot import below, moments, restore_moments

Optimizer = Literal["adam", "sgd"]

OPTIMIZERS: Mapping[Optimizer, type[torch.optim.Adam | torch.optim.SGD]] = {
    "adam": torch.optim.Adam,
    "sgd": torch.optim.SGD,
}


@dataclass(frozen=True)
class OptimizerSettings:
    """Which optimizer, and its hyper-parameters as torch names them."""

    name: Optimizer
    learning_rate: float
    weight_decay: float

    def build(self, parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
        kind = OPTIMIZERS[self.name]
        return kind(parameters, lr=self.learning_rate, weight_decay=self.weight_decay, fused=True)


class Training:
    """A classifier being trained with an objective.

    Everything that the next step depends on is in `snapshot`, so that a run that was stopped
    and restored gives the same bits as one that was not.

    Attributes:
        parameters: by name, those of auxiliary networks among them.
        state: of the objective.
    """

    def __init__(
        self,
        module: Classifier,
        objective: Callable[..., Any],
        hyperparameters: dict[str, Any],
        optimizer: OptimizerSettings,
        minibatches: DomainMinibatches | LoadedMinibatches,
        generator: torch.Generator,
        precision: Precision,
        seed: int,
    ) -> None:
        self.device = next(module.parameters()).device
        sizes = Sizes(module.featurizer.num_features, module.head.out_features, minibatches.num_domains)
        self.module = module
        self.auxiliaries = self._build_auxiliaries(objective, sizes, seed)
        self._forward = ModuleForward(module, self.auxiliaries)
        self.parameters = dict(self._forward.parameters)
        self.objective = objective
        self.hyperparameters = hyperparameters
        self._bound = bind_objective(objective, hyperparameters)
        initial: State = getattr(objective, "initial_state", lambda _: {})(sizes)
        self.state = {name: value.to(self.device) for name, value in initial.items()}
        self.settings = optimizer
        self.optimizer = optimizer.build(list(self.parameters.values()))
        self.minibatches = minibatches
        self.generator = generator
        self.precision = precision
        torch.manual_seed(stable_seed(seed, "dropout"))

    def _build_auxiliaries(self, objective: Callable[..., Any], sizes: Sizes, seed: int) -> nn.ModuleDict:
        build: Callable[[Sizes], dict[str, nn.Module]] = getattr(
            objective, "auxiliary_networks", lambda _: {}
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stable_seed(seed, "auxiliary"))
            return nn.ModuleDict(build(sizes)).to(self.device)

    def step(self, step: int) -> Tensor:
        """Draw a minibatch and update the weights once; the loss, shape [], nats."""
        batch: Batch = self.minibatches.draw(step)
        supplied = {
            "forward": self._forward,
            "batch": batch,
            "step": step,
            "state": self.state,
            "generator": self.generator,
            "learning_rate": self.settings.learning_rate,
            "weight_decay": self.settings.weight_decay,
        }
        with autocast_to(self.precision, self.device):
            result = self._bound(supplied)
        update = as_update(result)
        self._apply(update)
        return update.loss.detach()

    def _apply(self, update: Update) -> None:
        if update.state is not None:
            self.state = {name: value.detach() for name, value in update.state.items()}
        if update.restart_optimizer:
            self.optimizer = self.settings.build(list(self.parameters.values()))
        if update.parameters is not None:
            with torch.no_grad():
                for name, value in update.parameters.items():
                    self.parameters[name].copy_(value)
            return
        self.optimizer.zero_grad(set_to_none=True)
        if update.gradients is None:
            update.loss.backward()
        else:
            for name, gradient in update.gradients.items():
                self.parameters[name].grad = gradient.detach()
        rate = self.settings.learning_rate if update.learning_rate is None else update.learning_rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def snapshot(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, as tensors."""
        tensors = {f"module.{k}": v for k, v in self.module.state_dict().items()}
        tensors |= {f"auxiliary.{k}": v for k, v in self.auxiliaries.state_dict().items()}
        tensors |= {f"state.{k}": v for k, v in self.state.items()}
        tensors |= moments(self.optimizer)
        tensors["random.objective"] = self.generator.get_state()
        tensors["random.minibatches"] = self.minibatches.generator.get_state()
        tensors["random.global"] = torch.get_rng_state()
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to a snapshot."""
        self.module.load_state_dict(below(tensors, "module."))
        self.auxiliaries.load_state_dict(below(tensors, "auxiliary."))
        self.state = {k: v.to(self.device) for k, v in below(tensors, "state.").items()}
        restore_moments(self.optimizer, tensors)
        self.generator.set_state(tensors["random.objective"])
        self.minibatches.generator.set_state(tensors["random.minibatches"])
        torch.set_rng_state(tensors["random.global"])
        if "random.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random.cuda"])


def as_update(result: Tensor | Update) -> Update:
    """What an objective returned, a bare loss too, as an update."""
    return result if isinstance(result, Update) else Update(result)
