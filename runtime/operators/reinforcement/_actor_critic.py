"""A policy and a value on the same features, and the losses of PPO."""

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.randomness import stable_seed


class ActorCritic(nn.Module):
    """Attributes:
    policy: a classifier of observations into actions.
    value: of the policy's features.
    """

    def __init__(
        self, network: str | dict[str, Any], shape: tuple[int, ...], num_actions: int, seed: int
    ) -> None:
        super().__init__()
        self.policy = build_classifier(network, shape, num_actions, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stable_seed(seed, "heads"))
            self.value = nn.Linear(self.policy.featurizer.num_features, 1)
            for head, gain in ((self.policy.head, 0.01), (self.value, 1.0)):
                nn.init.orthogonal_(head.weight, gain)
                nn.init.zeros_(head.bias)

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [num, num_actions] and values [num] of observations in [0, 1]."""
        features = self.policy.featurizer(seen)
        return self.policy.head(features), self.value(features).squeeze(1)

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, seen: Tensor) -> tuple[Tensor, Tensor]: ...


class Examples(NamedTuple):
    """Steps to learn from, [num_steps, ...] each."""

    observation: Tensor
    action: Tensor
    log_probability: Tensor  # of the action when it was taken, nats
    value: Tensor  # when it was taken
    advantage: Tensor

    def at(self, rows: Tensor) -> "Examples":
        return Examples(*(column[rows] for column in self))


class Experience(NamedTuple):
    """What was played in some places, [num_steps, num_places, ...].

    Attributes:
        ended: an episode ended with this step.
        last: value of what came after the last step, [num_places].
    """

    observation: Tensor
    action: Tensor
    log_probability: Tensor
    value: Tensor
    reward: Tensor
    ended: Tensor
    last: Tensor

    def flat(self, advantage: Tensor) -> Examples:
        """All places together."""
        columns = (self.observation, self.action, self.log_probability, self.value, advantage)
        return Examples(*(column.flatten(0, 1) for column in columns))


def generalized_advantages(played: Experience, discount: float, trace: float) -> Tensor:
    """Equation 16 of Schulman et al. 2016, [num_steps, num_places]: A_t = delta_t + discount trace A_t+1."""
    advantage = torch.zeros_like(played.reward)
    following, later = played.last, torch.zeros_like(played.last)
    for step in reversed(range(len(played.reward))):
        goes_on = (~played.ended[step]).float()
        delta = played.reward[step] + discount * goes_on * following - played.value[step]
        advantage[step] = later = delta + discount * trace * goes_on * later
        following = played.value[step]
    return advantage


def clipped_loss(
    module: ActorCritic, batch: Examples, clip: float, value_weight: float, entropy_weight: float
) -> Tensor:
    """Equations 7 and 9 of Schulman et al. 2017 as a loss, shape []; the value's is clipped too."""
    logits, value = module(batch.observation.float().div(255))
    log_all = logits.log_softmax(1)
    log_probability = log_all.gather(1, batch.action[:, None]).squeeze(1)
    wanted = batch.advantage + batch.value
    near = batch.value + (value - batch.value).clamp(-clip, clip)
    of_value = 0.5 * torch.maximum((value - wanted).square(), (near - wanted).square()).mean()
    entropy = -(log_all.exp() * log_all).sum(1).mean()
    ratio = (log_probability - batch.log_probability).exp()
    surrogate = clipped_surrogate(ratio, batch.advantage, clip)
    return value_weight * of_value - surrogate - entropy_weight * entropy


def clipped_surrogate(ratio: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """Equation 7 with advantages normalised to mean 0 and standard deviation 1, shape []."""
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    return torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()
