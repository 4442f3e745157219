"""Several training runs of one shape as one program, a step of all of them at a time."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import vmap

from heldout.runtime.classifier_training.forward import bind_objective
from heldout.runtime.classifier_training.minibatches import DomainMinibatches
from heldout.runtime.classifier_training.training import Training, as_update
from heldout.runtime.components.objectives.contract import Batch, State
from heldout.runtime.device import Precision, autocast_to
from heldout.runtime.operator import NotStackable
from heldout.runtime.stacked_training.forward import StackedForward, StackedGenerators
from heldout.runtime.stacked_training.minibatches import StackedMinibatches
from heldout.runtime.stacked_training.optimizer import StackedOptimizer, StackedWeights


class TrainingStack:
    """Training runs that go on together.

    The members keep what is theirs: generators, state, and parameters that are views of the
    stack's tensors. After `give_back` each member is where it would be had it run alone, within
    rounding, and can go on alone.

    Everything else is one program: the objective runs under `torch.func.vmap`, so that it is
    written for one member, and autograd runs below it on the tensors of all.

    Args:
        members: at the same step, and alike in all that is not a tensor or a number.
        backend: of `torch.compile`, which makes one graph of the loss and one of its gradients;
            None: they are computed operation by operation.

    Raises:
        NotStackable: the network draws random numbers that a stack cannot give each member.
    """

    def __init__(self, members: Sequence[Training], backend: str | None = None) -> None:
        first = members[0]
        _refuse_dropout(first.module)
        self._members = members
        self._backend = backend
        self._weights = StackedWeights(members)
        self._optimizer = StackedOptimizer(members, self._weights)
        drawn = [one.minibatches for one in members if isinstance(one.minibatches, DomainMinibatches)]
        if len(drawn) < len(members):
            raise NotStackable("inputs are read one by one, and lie not on the device as a whole")
        self._minibatches = StackedMinibatches(drawn)
        self._buffers = _stacked_buffers(members)
        # Without weights of its own, whichever are asked of it come from the stack.
        self._module = copy.deepcopy(first.module).to("meta")
        self._auxiliaries = copy.deepcopy(first.auxiliaries).to("meta")
        self._state: State = {
            name: torch.stack([member.state[name] for member in members]) for name in first.state
        }
        self._scheduled = any(not member.plan.has_one_rate for member in members)
        self._rates = [member.plan.learning_rate for member in members]
        decays = [member.plan.weight_decay for member in members]
        self._supplied = _Columns({"learning_rate": self._rates, "weight_decay": decays}, first.device)
        names = first.hyperparameters
        given = {name: [member.hyperparameters[name] for member in members] for name in names}
        self._hyperparameters = _Columns(given, first.device)
        self._numbers = torch.arange(len(members), device=first.device)
        self._decays = any(member.plan.weight_decay for member in members)
        self._unused: frozenset[str] | None = None

    @property
    def weights(self) -> StackedWeights:
        """Of all members, with the gradients of the last step."""
        return self._weights

    @property
    def precision(self) -> Precision:
        return self._members[0].plan.precision

    def step(self, step: int) -> Tensor:
        """Draw a minibatch of each member and update its weights once; the losses, [members], nats.

        Raises:
            NotStackable: a weight gets a gradient in some steps only.
            Exception: of torch's compiler, which takes no more than one graph: half a graph and a
                step without one would be neither measured nor recorded.
        """
        first = self._members[0]
        batch = self._minibatches.draw()
        if self._scheduled:
            self._rates = [member.updates.rate_at(step) for member in self._members]
            self._supplied.set("learning_rate", self._rates)
        same: dict[str, Any] = {}  # what the objective asks for in plain numbers, for all members

        def member(number: Tensor, tensors: dict[str, Any]) -> dict[str, Any]:
            parameters, buffers = tensors["parameters"], tensors["buffers"]
            hyperparameters = self._hyperparameters.equal | tensors["hyperparameters"]
            supplied = {
                "forward": StackedForward(self._module, self._auxiliaries, parameters, buffers),
                "batch": Batch(**tensors["batch"]),
                "step": step,
                "state": tensors["state"],
                "generator": StackedGenerators([m.generator for m in self._members], number),
            }
            supplied |= self._supplied.equal | tensors["supplied"]
            update = as_update(bind_objective(first.objective, hyperparameters)(supplied))
            asked = {key: value for key, value in update._asdict().items() if value is not None}
            same.update({key: v for key, v in asked.items() if not isinstance(v, Tensor | Mapping)})
            return {key: value for key, value in asked.items() if key not in same}

        given = {
            "parameters": self._weights.leaves,
            "buffers": self._buffers,
            "batch": {name: part for name, part in batch._asdict().items() if part is not None},
            "state": self._state,
            "supplied": self._supplied.different,
            "hyperparameters": self._hyperparameters.different,
        }
        members = vmap(member, randomness="error")
        if self._backend is not None:  # the compiler knows a function by its code: no graph is made twice
            members = torch.compile(members, backend=self._backend, fullgraph=True)
        with autocast_to(first.plan.precision, first.device):
            asked = members(self._numbers, given)
        self._apply(asked, same)
        losses: Tensor = asked["loss"]
        return losses.detach()

    def _apply(self, asked: dict[str, Any], same: dict[str, Any]) -> None:
        count = len(self._members)
        if "state" in asked:
            self._state = {name: value.detach() for name, value in asked["state"].items()}
        restarts = asked["restart_optimizer"].tolist() if "restart_optimizer" in asked else None
        for row in range(count):
            if same.get("restart_optimizer") or (restarts is not None and restarts[row]):
                self._optimizer.restart(row)
        if "parameters" in asked:
            if self._backend is not None:
                raise NotStackable("weights that the objective sets itself are not compiled")
            with torch.no_grad():
                for name, value in asked["parameters"].items():
                    self._weights.leaves[name].copy_(value)
            return
        rates = self._rates
        if "learning_rate" in asked:
            rates = asked["learning_rate"].tolist()
        elif "learning_rate" in same:
            rates = [same["learning_rate"]] * count
        self._fill_gradients(asked)
        self._optimizer.step(rates)

    def _fill_gradients(self, asked: dict[str, Any]) -> None:
        leaves = self._weights.leaves
        if "gradients" in asked:
            given = {name: asked["gradients"].get(name) for name in leaves}
        else:
            own = torch.autograd.grad(asked["loss"].sum(), list(leaves.values()), allow_unused=True)
            given = dict(zip(leaves, own, strict=True))
        unused = frozenset(name for name, value in given.items() if value is None)
        # torch's optimizers pass over a weight without a gradient. A gradient of zero does the same
        # where it is zero from the first step on, and nothing decays.
        if (unused and self._decays) or (self._unused is not None and unused != self._unused):
            raise NotStackable(f"{', '.join(sorted(unused))} has no gradient")
        self._unused = unused
        self._weights.fill(given)

    def give_back(self) -> None:
        """Bring the members up to date, so that each can be saved, or go on, on its own."""
        self._optimizer.give_back()
        for row, member in enumerate(self._members):
            member.state = {name: value[row] for name, value in self._state.items()}


class _Columns:
    """Values by name, one a member: `equal` ones as they are, `different` numbers as tensors."""

    def __init__(self, values: Mapping[str, Sequence[Any]], device: torch.device) -> None:
        self._device = device
        self.equal = {
            name: column[0] for name, column in values.items() if all(v == column[0] for v in column)
        }
        self.different: dict[str, Tensor] = {}
        for name in values.keys() - self.equal.keys():
            self.set(name, values[name])

    def set(self, name: str, column: Sequence[Any]) -> None:
        """Take other values, as a tensor even where they are equal: they may differ at the next step."""
        self.equal.pop(name, None)
        # float64, as Python's own numbers are.
        dtype = torch.float64 if any(isinstance(v, float) for v in column) else torch.int64
        self.different[name] = torch.tensor(column, dtype=dtype, device=self._device)


def _stacked_buffers(members: Sequence[Training]) -> dict[str, Tensor]:
    """Buffers, such as running statistics, of all members; the members' own become views of them."""
    stacked = {}
    for prefix, part in (("", "module"), ("auxiliary.", "auxiliaries")):
        for name, _ in getattr(members[0], part).named_buffers():
            own = [getattr(member, part).get_buffer(name) for member in members]
            stacked[prefix + name] = together = torch.stack(own)
            for row, buffer in enumerate(own):
                buffer.data = together[row]
    return stacked


def _refuse_dropout(module: nn.Module) -> None:
    for part in module.modules():
        if isinstance(part, nn.modules.dropout._DropoutNd) and part.p > 0:
            raise NotStackable("dropout draws from a generator that a stack's members would share")
