"""Log what somebody does in the levels of an environment."""

from typing import Annotated

import numpy as np
import pyarrow as pa
import torch
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model
from heldout.runtime.components.environments.contract import Environment
from heldout.runtime.control.environment_of import environment_of
from heldout.runtime.control.play import Played, play
from heldout.runtime.control.policy import Actions, PolicyActor, explore, restore_policy
from heldout.runtime.operator import Role, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of

Probability = Annotated[float, Field(ge=0.0, le=1.0)]

MOSTLY_EXPERT: list[Probability] = [0.1]
TENSORS = ("observation", "action", "reward", "terminal", "truncated")


class _Noisy:
    """Another actor, or the scripted expert, that acts at random now and then."""

    def __init__(
        self,
        environment: Environment,
        actor: PolicyActor | None,
        noise: np.ndarray,
        generator: np.random.Generator,
    ) -> None:
        self._environment, self._actor = environment, actor
        self._noise, self._generator = noise, generator

    def begin(self, num_places: int) -> None:
        if self._actor is not None:
            self._actor.begin(num_places)

    def act(self, observation: np.ndarray, places: np.ndarray) -> np.ndarray:
        if self._actor is not None:
            action = self._actor.act(observation, places)
        else:
            action = self._environment.expert_actions()[places]
        return explore(action, self._environment.num_actions, self._noise[places], self._generator)

    def note(self, places: np.ndarray, action: np.ndarray, reward: np.ndarray) -> None:
        if self._actor is not None:
            self._actor.note(places, action, reward)


@operator(seconds=0.5)
def collect_logs(
    levels: Annotated[Dataset, Of("levels")],
    policy: Annotated[Model | None, Of("policy")] = None,
    *,
    transitions: Annotated[int, Field(ge=1)],
    noise: list[Probability] = MOSTLY_EXPERT,
    actions: Actions = "sampled",
    seed: int = 0,
) -> Annotated[Dataset, Role.TRAIN, Of("logs")]:
    """Episodes of a policy, or of the environment's scripted expert, step by step.

    Mediratta et al. 2024, "The Generalization Gap in Offline Reinforcement Learning"
    (arXiv:2312.05742), section 3: logs of a fixed number of transitions on a fixed number of
    levels, of an expert or of several policies of different quality.
    Differs from the paper: with `policy`, nothing but the noise; without it, the expert is
    scripted, and what is worse than it is the expert with more noise.

    Levels are played in turn, one episode each, as often as it takes; the last episode is cut off
    where there are enough transitions.

    Args:
        levels: rows of `data/levels`.
        policy: whose actions are logged; without it, those of the environment's scripted expert.
        transitions: how many steps to log.
        noise: probability of acting at random instead, in each step of an episode; episodes take
            these in turn, so that `[0.1, 0.6]` mixes two qualities half and half.
        actions: the policy's best, or drawn by its logits; the scripted expert takes its best.
        seed: of the noise and the draws.

    Returns:
        one row a step, in order: `id`, `episode`, `step` of the episode, `level`, and `noise` of
        the episode. Tensors `observation` (before the step), `action`, `reward`, `terminal` (the
        episode came to its end) and `truncated` (it was cut off). Notes: `environment`, `horizon`,
        `num_actions`, and `mean_return` of the whole episodes.

    Raises:
        ValueError: there are too few transitions to play every level, no noise is given, or
            nobody knows what an expert does here.
    """
    if not noise:
        raise ValueError("noise needs at least one probability; [0.0] is none")
    environment = environment_of(levels)
    generator = numpy_stream(seed, "behaviour")
    # Without a policy, `actor` is the scripted expert.
    actor = None if policy is None else PolicyActor(restore_policy(policy), actions, 0.0, generator)
    positions = np.arange(environment.num_levels)
    rounds: list[tuple[Played, np.ndarray]] = []
    while sum(len(played.action) for played, _ in rounds) < transitions:
        mixed = np.array(noise)[(positions + len(rounds)) % len(noise)]
        noisy = _Noisy(environment, actor, mixed, generator)
        rounds.append((play(environment, positions, noisy, keep_observations=True), mixed))
    if len(rounds) == 1 and len(rounds[0][0].action) - np.bincount(rounds[0][0].place)[-1] >= transitions:
        raise ValueError(
            f"{transitions} transitions are too few to play {environment.num_levels} levels once"
        )
    return _dataset(levels, environment, rounds, transitions)


def _dataset(
    levels: Dataset, environment: Environment, rounds: list[tuple[Played, np.ndarray]], transitions: int
) -> Dataset:
    count = environment.num_levels
    place = np.concatenate([played.place for played, _ in rounds])[:transitions]
    number = np.concatenate([r * count + played.place for r, (played, _) in enumerate(rounds)])
    whole = Played(*(np.concatenate(column) for column in zip(*(p for p, _ in rounds), strict=True)))
    returns = np.bincount(number, weights=whole.reward)
    kept = Played(*(column[:transitions] for column in whole))
    number = number[:transitions]
    truncated = kept.truncated.copy()
    truncated[-1] = not kept.terminal[-1]
    mixed = np.concatenate([noise for _, noise in rounds])
    rows = pa.table(
        {
            "id": pa.array([f"{e}/{s}" for e, s in zip(number.tolist(), kept.step.tolist(), strict=True)]),
            "episode": pa.array(number),
            "step": pa.array(kept.step),
            "level": levels.rows["level"].take(pa.array(place)),
            "noise": pa.array(mixed[number]),
        }
    )
    tensors = kept._replace(truncated=truncated)._asdict()
    named = {name: torch.from_numpy(tensors[name]) for name in TENSORS}
    notes = {
        "environment": levels.notes["environment"],
        "horizon": environment.horizon,
        "num_actions": environment.num_actions,
        "mean_return": float(returns[: number[-1] + 1].mean()),
    }
    return Dataset(rows=rows, tensors=named, notes=notes)
