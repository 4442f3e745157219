"""Play levels with a policy."""

from typing import Annotated, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import Field

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.control.environment_of import environment_of
from heldout.runtime.control.play import play
from heldout.runtime.control.policy import Actions, PolicyActor, restore_policy
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.randomness import numpy_stream
from heldout.runtime.subtype import Of


class RolledOut(NamedTuple):
    table: Annotated[Table, Metrics("mean_return", "success", "length")]
    episodes: Annotated[Dataset, Of("records")]


@operator(seconds=0.5)
def rollout(
    policy: Annotated[Model, Use.EVALUATES, Of("policy")],
    levels: Annotated[Dataset, Use.EVALUATES, Of("levels")],
    *,
    episodes: Annotated[int, Field(ge=1)] = 1,
    actions: Actions = "greedy",
    epsilon: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0,
    seed: int = 0,
) -> RolledOut:
    """Return, success and length of a policy's episodes on levels of an environment.

    The mean return over levels, as in Mediratta et al. 2024, "The Generalization Gap in Offline
    Reinforcement Learning" (arXiv:2312.05742), section 3; epsilon as in Mnih et al. 2015,
    "Human-level control through deep reinforcement learning" (Nature 518), methods.
    Differs from the paper: returns are not normalised.

    Args:
        policy: what acts.
        levels: rows of `data/levels`.
        episodes: of each level.
        actions: the one with the highest score, or drawn by the softmax of the scores.
        epsilon: probability of an action that is drawn evenly instead, at each step.
        seed: of these draws.

    Returns:
        table: mean_return (the sum of an episode's rewards, undiscounted), success (share of the
            episodes that came to their own end before the horizon) and length (steps), each
            averaged over all episodes.
        episodes: one row an episode: `id`, `level`, `return`, `success`, `length`, and `domain`
            where levels have one.

    Raises:
        ValueError: there are no levels, the policy does not fit the environment, or its scores are
            not finite.
    """
    environment = environment_of(levels)
    actor = PolicyActor(restore_policy(policy), actions, epsilon, numpy_stream(seed, "rollout"))
    position = np.repeat(np.arange(environment.num_levels), episodes)
    played = play(environment, position, actor)
    returns = np.bincount(played.place, weights=played.reward)
    success = np.bincount(played.place, weights=played.terminal) > 0
    length = np.bincount(played.place)
    number = np.tile(np.arange(episodes), environment.num_levels)
    chosen = levels.rows.take(pa.array(position, pa.int64()))
    names = [f"{name}/{n}" for name, n in zip(chosen["id"].to_pylist(), number.tolist(), strict=True)]
    columns = {
        "id": pa.array(names),
        "level": chosen["level"],
        "return": pa.array(returns),
        "success": pa.array(success),
        "length": pa.array(length),
    }
    if "domain" in chosen.column_names:
        columns["domain"] = chosen["domain"]
    means = {"mean_return": returns.mean(), "success": success.mean(), "length": length.mean()}
    return RolledOut(Table.of(means), Dataset(rows=pa.table(columns)))
