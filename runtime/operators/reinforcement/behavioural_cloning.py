"""Behavioural cloning."""

from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.control.learning import Learned, Learner, learn
from heldout.runtime.control.logs import Logs
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import Classifier, build_classifier, classifier_model
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of


class _Cloning(Learner):
    module: Classifier

    def __init__(self, logs: Logs, network: str | dict[str, Any], batch_size: int, seed: int) -> None:
        self._logs = logs
        self._batch_size = batch_size
        shape = tuple(logs.observation.shape[1:])
        self.module = build_classifier(network, shape, logs.num_actions, seed).to(logs.action.device)
        self.trained = list(self.module.parameters())

    def loss(self, generator: torch.Generator) -> Tensor:
        rows = torch.randint(len(self._logs), (self._batch_size,), generator=generator)
        return cross_entropy(self.module(self._logs.seen(rows)), self._logs.action[rows])


@operator(seconds=2.0)
def behavioural_cloning(
    logs: Annotated[Dataset, Use.TRAINS, Of("logs")],
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "impala",
    steps: Annotated[int, Field(ge=0)] = 500,
    batch_size: Annotated[int, Field(ge=1)] = 128,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-3)] = 5e-4,
    record_every: Annotated[int, Field(ge=1)] = 50,
    seed: int = 0,
) -> Annotated[Learned, Of("policy")]:
    """Predict the logged action from what was seen.

    Pomerleau 1991, "Efficient Training of Artificial Neural Networks for Autonomous Navigation"
    (Neural Computation 3); with discrete actions the cross-entropy, as in Mediratta et al. 2024,
    "The Generalization Gap in Offline Reinforcement Learning" (arXiv:2312.05742).
    Differs from the paper: nothing.

    Args:
        logs: steps of episodes, as `data/collect-logs` writes them.
        network: a component of networks.
        steps: updates of the weights.
        batch_size: steps of the logs in a minibatch, drawn with replacement.
        learning_rate: of Adam.
        record_every: updates between two points of the curve.
        seed: of the initial weights and the minibatches.

    Returns:
        model: a classifier of observations into actions; its logits are those of the policy.
        curve: metric `loss`, nats, by update.

    Raises:
        ValueError: the logs are empty or none, or the loss is not finite.
    """
    learner = _Cloning(Logs.of(logs, compute_device()), network, batch_size, seed)
    curve = learn(
        learner,
        steps=steps,
        learning_rate=learning_rate,
        generator=torch_stream(seed, "minibatches"),
        record_every=record_every,
        checkpoint=checkpoint,
    )
    return Learned(classifier_model(learner.module), curve)
