"""Implicit Q-learning with discrete actions."""

from copy import deepcopy
from typing import Annotated, Any, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.control.learning import Learned, Learner, follow, learn
from heldout.runtime.control.logs import Logs
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.subtype import Of

MAX_WEIGHT = 100.0


def expectile_loss(difference: Tensor, expectile: float) -> Tensor:
    """Equation 3 of IQL: the mean of |expectile - 1(u < 0)| u^2 over differences u, shape []."""
    weight = torch.where(difference < 0, 1 - expectile, expectile)
    return (weight * difference.square()).mean()


class _Values(NamedTuple):
    first: Tensor  # Q of the action, [batch]
    second: Tensor  # Q of the action by the twin, [batch]
    state: Tensor  # V, [batch]


class _Implicit(Learner):
    def __init__(
        self,
        logs: Logs,
        network: str | dict[str, Any],
        batch_size: int,
        seed: int,
        expectile: float,
        temperature: float,
        discount: float,
        target_rate: float,
    ) -> None:
        self._logs, self._batch_size = logs, batch_size
        self._expectile, self._temperature = expectile, temperature
        self._discount, self._target_rate = discount, target_rate
        self._rows = logs.with_next()
        shape = tuple(logs.observation.shape[1:])
        outputs = 2 * logs.num_actions + 1
        device = logs.action.device
        self.policy = build_classifier(network, shape, logs.num_actions, seed).to(device)
        self._critic = build_classifier(network, shape, outputs, stable_seed(seed, "critic")).to(device)
        self._slow = deepcopy(self._critic).requires_grad_(False)
        self.module = nn.ModuleDict({"policy": self.policy, "critic": self._critic, "slow": self._slow})
        self.trained = [*self.policy.parameters(), *self._critic.parameters()]

    def _values(self, outputs: Tensor, action: Tensor) -> _Values:
        count = self._logs.num_actions
        first = outputs[:, :count].gather(1, action[:, None])[:, 0]
        second = outputs[:, count:-1].gather(1, action[:, None])[:, 0]
        return _Values(first, second, outputs[:, -1])

    def loss(self, generator: torch.Generator) -> Tensor:
        logs = self._logs
        rows = self._rows[torch.randint(len(self._rows), (self._batch_size,), generator=generator)]
        seen, action = logs.seen(rows), logs.action[rows]
        now = self._values(self._critic(seen), action)
        with torch.no_grad():
            later = self._critic(logs.seen(logs.next_of(rows)))[:, -1]
            wanted = logs.reward[rows] + self._discount * ~logs.terminal[rows] * later
            slow = self._values(self._slow(seen), action)
            value = torch.minimum(slow.first, slow.second)
            advantage = value - now.state
            weight = (self._temperature * advantage).exp().clamp(max=MAX_WEIGHT)
        of_state = expectile_loss(value - now.state, self._expectile)
        of_action = (now.first - wanted).square().mean() + (now.second - wanted).square().mean()
        imitation = weight * cross_entropy(self.policy(seen), action, reduction="none")
        return of_state + of_action + imitation.mean()

    def after_step(self) -> None:
        follow(self._slow, self._critic, self._target_rate)


@operator(seconds=6.0)
def iql(
    logs: Annotated[Dataset, Use.TRAINS, Of("logs")],
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "impala",
    expectile: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.7,
    temperature: Annotated[float, Field(ge=0.0), loguniform(1.0, 10.0)] = 3.0,
    discount: Annotated[float, Field(ge=0.0, le=1.0)] = 0.99,
    target_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.005,
    steps: Annotated[int, Field(ge=0)] = 500,
    batch_size: Annotated[int, Field(ge=1)] = 128,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-3)] = 5e-4,
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Learned, Of("policy")]:
    """Q-learning from logs without asking for the value of any action that was not logged.

    Kostrikov et al. 2022, "Offline Reinforcement Learning with Implicit Q-Learning"
    (arXiv:2110.06169), equations 5-7: V is an expectile of Q over the logged actions, Q is learnt
    with V of the next state, and the policy imitates actions weighted by exp(temperature (Q - V)),
    at most 100.
    Differs from the paper: discrete actions; V and the twin Q-values are outputs of one network,
    so that the gradients of their losses meet in its features.

    Args:
        logs: steps of episodes, as `data/collect-logs` writes them; where an episode was cut off,
            its last step is left out, since what came after it is not known.
        network: a component of networks, of the policy and of the values.
        expectile: of the values of logged actions; 0.5 is their mean, towards 1 their maximum.
        temperature: of the weights (the paper's beta); 0 is behavioural cloning.
        discount: of what comes a step later.
        target_rate: share of the way that the target network goes towards the other, an update.
        steps: updates of the weights.
        batch_size: steps of the logs in a minibatch, drawn with replacement.
        learning_rate: of Adam.
        record_every: updates between two points of the curve.
        seed: of the initial weights and the minibatches.

    Returns:
        model: a classifier of observations into actions; its logits are those of the policy.
        curve: metric `loss`, the sum of the three losses, by update.

    Raises:
        ValueError: the logs are empty or none, or the loss is not finite.
    """
    learner = _Implicit(
        Logs.of(logs, compute_device()),
        network,
        batch_size,
        seed,
        expectile,
        temperature,
        discount,
        target_rate,
    )
    curve = learn(
        learner,
        steps=steps,
        learning_rate=learning_rate,
        generator=torch_stream(seed, "minibatches"),
        record_every=record_every,
        checkpoint=checkpoint,
    )
    return Learned(classifier_model(learner.policy), curve)
