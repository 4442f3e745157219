"""The decision transformer."""

from typing import Annotated, Any

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.control.learning import Learned, Learner, learn
from heldout.runtime.control.logs import Logs
from heldout.runtime.control.trajectory_policy import (
    TrajectoryPolicy,
    TrajectoryTransformer,
    build_transformer,
)
from heldout.runtime.device import compute_device
from heldout.runtime.operator import Use, loguniform, operator
from heldout.runtime.randomness import torch_stream
from heldout.runtime.subtype import Of

Count = Annotated[int, Field(ge=1)]


class _Sequences(Learner):
    module: TrajectoryTransformer

    def __init__(self, logs: Logs, config: dict[str, Any], batch_size: int, seed: int) -> None:
        self._logs, self._batch_size, self._length = logs, batch_size, config["context"]
        self.module = build_transformer(config, seed).to(logs.action.device)
        self.trained = list(self.module.parameters())
        episode = logs.last.long().cumsum(0) - logs.last.long()
        ends = torch.nonzero(logs.last).flatten()
        self._end = ends[episode]  # of the episode of each step

    def loss(self, generator: torch.Generator) -> Tensor:
        logs = self._logs
        first = torch.randint(len(logs), (self._batch_size, 1), generator=generator).to(self._end.device)
        window = first + torch.arange(self._length, device=first.device)
        inside = window <= self._end[first]
        rows = torch.where(inside, window, first)
        seen = torch.zeros(*rows.shape, self.module.config["width"], device=first.device)
        seen[inside] = self.module.embed(logs.seen(rows[inside]))
        logits = self.module(logs.to_go[rows], seen, logs.action[rows], logs.step[rows])
        return cross_entropy(logits[inside], logs.action[rows[inside]])


@operator(seconds=6.0)
def decision_transformer(
    logs: Annotated[Dataset, Use.TRAINS, Of("logs")],
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "impala",
    context: Count = 10,
    width: Count = 128,
    depth: Count = 3,
    heads: Count = 4,
    target_return: float | None = None,
    steps: Annotated[int, Field(ge=0)] = 500,
    batch_size: Count = 64,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-3)] = 5e-4,
    record_every: Count = 50,
    seed: int = 0,
) -> Annotated[Learned, Of("policy")]:
    """Predict the logged action from the return that followed it and the steps before it.

    Chen et al. 2021, "Decision Transformer: Reinforcement Learning via Sequence Modeling"
    (arXiv:2106.01345), section 3 and algorithm 1: return to go, observation and action of each step
    are three tokens of a causal transformer. When it acts, it is given a return that is wanted,
    less what it has got so far.
    Differs from the paper: no dropout, weight decay, warm-up or clipping of gradients; windows that
    reach beyond the end of an episode are filled up at their end and not at their beginning.

    Args:
        logs: steps of episodes, as `data/collect-logs` writes them.
        network: a component of networks, for single observations.
        context: steps of a window.
        width: of a token.
        depth: layers.
        heads: of the attention; they divide the width.
        target_return: that is wanted when it acts; without it, the highest one logged.
        steps: updates of the weights.
        batch_size: windows in a minibatch; where one begins is drawn with replacement.
        learning_rate: of Adam.
        record_every: updates between two points of the curve.
        seed: of the initial weights and the minibatches.

    Returns:
        model: weights and sizes, from which `evaluate/rollout` makes the policy.
        curve: metric `loss`, nats, by update.

    Raises:
        ValueError: the logs are empty or none, heads do not divide the width, or the loss is not
            finite.
    """
    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    noted = Logs.of(logs, compute_device())
    highest = noted.to_go[noted.step == 0].max().item()
    config = {
        "network": network,
        "shape": list(noted.observation.shape[1:]),
        "num_actions": noted.num_actions,
        "horizon": int(logs.notes["horizon"]),
        "context": context,
        "width": width,
        "depth": depth,
        "heads": heads,
        "target_return": highest if target_return is None else target_return,
    }
    learner = _Sequences(noted, config, batch_size, seed)
    curve = learn(
        learner,
        steps=steps,
        learning_rate=learning_rate,
        generator=torch_stream(seed, "minibatches"),
        record_every=record_every,
        checkpoint=checkpoint,
    )
    described = config | {"policy": TrajectoryPolicy.name}
    return Learned(Model(weights=learner.module.state_dict(), config=described), curve)
