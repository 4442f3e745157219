"""Conservative Q-learning with discrete actions."""

from copy import deepcopy
from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.control.learning import Learned, Learner, follow, learn
from heldout.runtime.control.logs import Logs
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of


def conservative_loss(values: Tensor, action: Tensor, wanted: Tensor, alpha: float) -> Tensor:
    """Equation 4 of CQL(H) for a minibatch, shape [].

    Args:
        values: Q of every action, [batch, num_actions].
        action: that was logged, [batch].
        wanted: its value by the Bellman equation, [batch].
        alpha: weight of what holds down the values of actions that were not logged.
    """
    chosen = values.gather(1, action[:, None]).squeeze(1)
    gap = values.logsumexp(1) - chosen
    return alpha * gap.mean() + 0.5 * (chosen - wanted).square().mean()


class _Conservative(Learner):
    def __init__(
        self,
        logs: Logs,
        network: str | dict[str, Any],
        batch_size: int,
        seed: int,
        alpha: float,
        discount: float,
        target_rate: float,
    ) -> None:
        self._logs, self._batch_size = logs, batch_size
        self._alpha, self._discount, self._target_rate = alpha, discount, target_rate
        self._rows = logs.with_next()
        shape = tuple(logs.observation.shape[1:])
        self.values = build_classifier(network, shape, logs.num_actions, seed).to(logs.action.device)
        self._slow = deepcopy(self.values).requires_grad_(False)
        self.module = nn.ModuleDict({"fast": self.values, "slow": self._slow})
        self.trained = list(self.values.parameters())

    def loss(self, generator: torch.Generator) -> Tensor:
        logs = self._logs
        rows = self._rows[torch.randint(len(self._rows), (self._batch_size,), generator=generator)]
        now, after = self.values(torch.cat([logs.seen(rows), logs.seen(logs.next_of(rows))])).chunk(2)
        with torch.no_grad():
            best = after.argmax(1, keepdim=True)
            later = self._slow(logs.seen(logs.next_of(rows))).gather(1, best).squeeze(1)
            wanted = logs.reward[rows] + self._discount * ~logs.terminal[rows] * later
        return conservative_loss(now, logs.action[rows], wanted, self._alpha)

    def after_step(self) -> None:
        follow(self._slow, self.values, self._target_rate)


@operator(seconds=5.0)
def cql(
    logs: Annotated[Dataset, Use.TRAINS, Of("logs")],
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "impala",
    alpha: Annotated[float, Field(ge=0.0), loguniform(0.1, 10.0)] = 1.0,
    discount: Annotated[float, Field(ge=0.0, le=1.0)] = 0.99,
    target_rate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.005,
    steps: Annotated[int, Field(ge=0)] = 500,
    batch_size: Annotated[int, Field(ge=1)] = 128,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-3)] = 5e-4,
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Learned, Of("policy")]:
    """Q-learning from logs that holds down the values of actions that were not logged.

    Kumar et al. 2020, "Conservative Q-Learning for Offline Reinforcement Learning"
    (arXiv:2006.04779), equation 4, CQL(H); targets by double Q-learning (van Hasselt et al. 2016,
    arXiv:1509.06461, equation 4).
    Differs from the paper: one value for an action in place of quantiles of its return; the target
    network is a moving average and not an occasional copy.

    Args:
        logs: steps of episodes, as `data/collect-logs` writes them; where an episode was cut off,
            its last step is left out, since what came after it is not known.
        network: a component of networks.
        alpha: weight of the conservative part.
        discount: of what comes a step later.
        target_rate: share of the way that the target network goes towards the other, an update.
        steps: updates of the weights.
        batch_size: steps of the logs in a minibatch, drawn with replacement.
        learning_rate: of Adam.
        record_every: updates between two points of the curve.
        seed: of the initial weights and the minibatches.

    Returns:
        model: a classifier of observations into actions; its outputs are Q-values.
        curve: metric `loss` by update.

    Raises:
        ValueError: the logs are empty or none, or the loss is not finite.
    """
    steps_logged = Logs.of(logs, compute_device())
    learner = _Conservative(steps_logged, network, batch_size, seed, alpha, discount, target_rate)
    curve = learn(
        learner,
        steps=steps,
        learning_rate=learning_rate,
        generator=torch_stream(seed, "minibatches"),
        record_every=record_every,
        checkpoint=checkpoint,
    )
    return Learned(classifier_model(learner.values), curve)
