"""A transformer over returns, observations and actions, and the policy that it is."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Model
from heldout.runtime.component import chosen
from heldout.runtime.device import compute_device
from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.randomness import stable_seed


class TrajectoryTransformer(nn.Module):
    """The actions that follow windows of an episode: Chen et al. 2021 (arXiv:2106.01345), section 3.

    Attributes:
        config: what rebuilds it; JSON.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = config
        width = config["width"]
        self.featurizer: Featurizer = chosen("networks", config["network"])(tuple(config["shape"]))
        self.observation = nn.Linear(self.featurizer.num_features, width)
        self.to_go = nn.Linear(1, width)
        self.action = nn.Embedding(config["num_actions"], width)
        self.time = nn.Embedding(config["horizon"], width)
        self.norm = nn.LayerNorm(width)
        layer = nn.TransformerEncoderLayer(
            width,
            config["heads"],
            4 * width,
            dropout=0.0,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )
        self.layers = nn.TransformerEncoder(layer, config["depth"], nn.LayerNorm(width), False)
        self.head = nn.Linear(width, config["num_actions"])

    def embed(self, seen: Tensor) -> Tensor:
        """Observations [num, channels, height, width] in [0, 1] as tokens, [num, width]."""
        tokens: Tensor = self.observation(self.featurizer(seen))
        return tokens

    def forward(self, to_go: Tensor, observation: Tensor, action: Tensor, time: Tensor) -> Tensor:
        """Logits of the action at every step of a window, from all that came before it.

        A window that is shorter than the others is filled up at its end, where nothing looks.

        Args:
            to_go: return still wanted before each step, [batch, length].
            observation: tokens of `embed`, [batch, length, width].
            action: of each step, [batch, length], int64; the last one is not looked at.
            time: step of the episode, [batch, length], int64.

        Returns:
            [batch, length, num_actions].
        """
        when = self.time(time.clamp(max=self.time.num_embeddings - 1))
        kinds = (self.to_go(to_go[..., None]), observation, self.action(action))
        tokens = torch.stack([kind + when for kind in kinds], dim=2).flatten(1, 2)
        length = tokens.shape[1]
        later = torch.ones(length, length, dtype=torch.bool, device=tokens.device).triu(1)
        seen = self.layers(self.norm(tokens), mask=later)
        logits: Tensor = self.head(seen[:, 1::3])
        return logits

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, to_go: Tensor, observation: Tensor, action: Tensor, time: Tensor) -> Tensor: ...


def build_transformer(config: dict[str, Any], seed: int) -> TrajectoryTransformer:
    """A freshly initialised one, from the stream `initialise` of the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        return TrajectoryTransformer(config)


class TrajectoryPolicy:
    """Asks the transformer for the action that goes with the return that is still wanted."""

    name = "trajectory-transformer"

    def __init__(self, model: Model) -> None:
        self._config = {key: value for key, value in model.config.items() if key != "policy"}
        self._device = compute_device()
        self._module = build_transformer(self._config, seed=0)
        self._module.load_state_dict(model.weights)
        self._module.to(self._device).eval()

    def begin(self, num_places: int) -> None:
        length, width = self._config["context"], self._config["width"]
        self._elapsed = 0
        self._wanted = torch.full((num_places,), float(self._config["target_return"]))
        self._to_go = torch.zeros(num_places, length)
        self._observation = torch.zeros(num_places, length, width)
        self._action = torch.zeros(num_places, length, dtype=torch.long)

    def scores(self, observation: np.ndarray, places: np.ndarray) -> Tensor:
        """All places are at the same step of their episodes; those that ended are left out."""
        if list(observation.shape[1:]) != self._config["shape"]:
            took, have = self._config["shape"], list(observation.shape[1:])
            raise ValueError(f"the policy takes observations of shape {took}, the environment has {have}")
        length = self._to_go.shape[1]
        if self._elapsed >= length:
            for history in (self._to_go, self._observation, self._action):
                history[:, :-1] = history[:, 1:].clone()
        now = min(self._elapsed, length - 1)
        rows = torch.from_numpy(places)
        with torch.inference_mode():
            seen = torch.from_numpy(observation).to(self._device).float().div(255)
            self._observation[rows, now] = self._module.embed(seen).cpu()
            self._to_go[rows, now] = self._wanted[rows]
            self._action[rows, now] = 0
            time = torch.arange(self._elapsed - now, self._elapsed + 1).expand(len(rows), -1)
            window = (self._to_go, self._observation, self._action)
            to_go, seen, action = (history[rows, : now + 1].to(self._device) for history in window)
            return self._module(to_go, seen, action, time.to(self._device))[:, -1].cpu()

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        rows = torch.from_numpy(places)
        now = min(self._elapsed, self._to_go.shape[1] - 1)
        self._action[rows, now] = torch.from_numpy(action)
        self._wanted[rows] -= torch.from_numpy(reward)
        self._elapsed += 1
