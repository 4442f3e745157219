"""One training run: weights, optimizer, objective and their state, a step at a time."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from heldout.runtime.classifier_training.forward import ModuleForward, bind_objective
from heldout.runtime.classifier_training.loaded_minibatches import LoadedMinibatches
from heldout.runtime.classifier_training.minibatches import DomainMinibatches
from heldout.runtime.classifier_training.parts import parts_of, refuse_parts
from heldout.runtime.components.objectives.contract import Batch, Sizes, State, Update
from heldout.runtime.device import autocast_to
from heldout.runtime.distributed import world
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.randomness import seed_globally, stable_seed
from heldout.runtime.training.fit import buffers_of, prepare, trained_of
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.snapshot import below, restore_weights
from heldout.runtime.training.together import ranks_of, refuse_batch_norm
from heldout.runtime.training.updates import Updates


class Training:
    """A classifier being trained with an objective.

    Everything that the next step depends on is in `snapshot`, so that a run that was stopped
    and restored gives the same bits as one that was not.

    Attributes:
        parameters: by name, what is trained, auxiliary networks among it; frozen weights are not seen by
            objectives either.
        held: what this process moves of them.
        ranks: the processes that train together.
        updates: of the parameters.
        state: of the objective.
    """

    def __init__(
        self,
        module: Classifier,
        objective: Callable[..., Any],
        hyperparameters: dict[str, Any],
        plan: Plan,
        minibatches: DomainMinibatches | LoadedMinibatches,
        generator: torch.Generator,
        seed: int,
        dropout: float = 0.0,
        micro_batch: int | None = None,
    ) -> None:
        self.device = next(module.parameters()).device
        sizes = Sizes(module.featurizer.num_features, module.head.out_features, minibatches.num_domains)
        self.module = module
        self.auxiliaries = self._build_auxiliaries(objective, sizes, seed)
        shared = world().size > 1
        self._forward = ModuleForward(module, self.auxiliaries, shared=shared, dropout=dropout)
        self.parameters = trained_of(self._forward.parameters)
        self._forward.parameters = dict(self.parameters)
        refuse_batch_norm(module)
        if world().size > 1 and getattr(objective, "one_process", False):
            raise ValueError(f"{objective.__name__} is computed in one process: ask for one GPU")
        self.objective = objective
        self.hyperparameters = hyperparameters
        self._bound = bind_objective(objective, hyperparameters)
        initial: State = getattr(objective, "initial_state", lambda _: {})(sizes)
        self.state = {name: value.to(self.device) for name, value in initial.items()}
        self.plan = plan
        self.minibatches = minibatches
        self._micro_batch = micro_batch
        self.generator = generator
        for part in (module.featurizer, module.head):
            prepare(part, plan)
        seed_globally(stable_seed(seed, "dropout"))
        self.ranks = ranks_of(self.parameters)
        self.held = self.ranks.held(self.parameters)
        self.updates = Updates(self.held, plan, self.ranks)

    def _build_auxiliaries(self, objective: Callable[..., Any], sizes: Sizes, seed: int) -> nn.ModuleDict:
        build: Callable[[Sizes], dict[str, nn.Module]] | None
        build = getattr(objective, "auxiliary_networks", None)
        if build is None:
            return nn.ModuleDict()
        with torch.random.fork_rng(devices=[]):
            seed_globally(stable_seed(seed, "auxiliary"))
            return nn.ModuleDict(build(sizes)).to(self.device)

    def step(self, step: int) -> Tensor:
        """Draw a minibatch and update the weights once; the loss, shape [], nats."""
        batch: Batch = self.minibatches.draw(step)
        self.ranks.begin(step)
        parts = parts_of(batch, self._micro_batch)
        if len(parts) > 1:
            return self._step_in_parts(parts, step)
        update = as_update(self._ask(batch, step))
        self._apply(update, step)
        return update.loss.detach()

    def _ask(self, batch: Batch, step: int) -> Any:
        """What the objective says of a minibatch, or of a part of one."""
        supplied = {
            "forward": self._forward,
            "batch": batch,
            "step": step,
            "state": self.state,
            "generator": self.generator,
            "learning_rate": self.updates.rate_at(step),
            "weight_decay": self.plan.weight_decay,
        }
        with autocast_to(self.plan.precision, self.device):
            return self._bound(supplied)

    def _step_in_parts(self, parts: Sequence[Batch], step: int) -> Tensor:
        """Add up the gradients of parts, whose graphs are in memory one at a time; their mean loss."""
        refuse_parts(self.objective, self.module)
        whole = sum(part.y.shape[1] for part in parts)
        self.updates.optimizer.zero_grad(set_to_none=True)
        losses: list[Tensor] = []
        for part in parts:
            loss: Tensor = self._ask(part, step) * (part.y.shape[1] / whole)
            with self.ranks.gathering(last=len(losses) == len(parts) - 1):
                loss.backward()
            losses.append(loss.detach())
        self.updates.apply(step)
        return torch.stack(losses).sum()

    def _apply(self, update: Update, step: int) -> None:
        if update.state is not None:
            self.state = {name: value.detach() for name, value in update.state.items()}
        if update.restart_optimizer:
            self.updates.restart()
        if update.parameters is not None:
            with torch.no_grad():
                for name, value in update.parameters.items():
                    self.parameters[name].copy_(value)
            self.updates.follow()
            return
        self.updates.optimizer.zero_grad(set_to_none=True)
        if update.gradients is None:
            with self.ranks.gathering(last=True):  # of a loss that is the same everywhere
                update.loss.backward()
        else:
            for name, gradient in update.gradients.items():
                self.parameters[name].grad = gradient.detach()
        rate = update.learning_rate
        self.updates.apply(step, rate.item() if isinstance(rate, Tensor) else rate)

    def end(self) -> None:
        """After the last step: averages take the place of weights, where there are any."""
        self.updates.end()

    def _kept(self) -> dict[str, Tensor]:
        """What is trained, and the buffers beside it."""
        auxiliary = buffers_of(self.auxiliaries).items()
        return {**self.held} | buffers_of(self.module) | {f"auxiliary.{k}": v for k, v in auxiliary}

    def snapshot(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, as tensors, which are no copies; no frozen weight."""
        tensors = {f"weights.{k}": v for k, v in self._kept().items()}
        tensors |= {f"state.{k}": v for k, v in self.state.items()}
        tensors |= self.updates.snapshot()
        tensors["random.objective"] = self.generator.get_state()
        tensors["random.minibatches"] = self.minibatches.generator.get_state()
        tensors["random.global"] = torch.get_rng_state()
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state()
        return tensors

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to a snapshot."""
        restore_weights(tensors, self._kept())
        self.state = {k: v.to(self.device) for k, v in below(tensors, "state.").items()}
        self.updates.restore(tensors)
        self.generator.set_state(tensors["random.objective"])
        self.minibatches.generator.set_state(tensors["random.minibatches"])
        torch.set_rng_state(tensors["random.global"])
        if "random.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random.cuda"])


def as_update(result: Tensor | Update) -> Update:
    """What an objective returned, a bare loss too, as an update."""
    return result if isinstance(result, Update) else Update(result)
