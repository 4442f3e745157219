"""Proximal policy optimization."""

from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from heldout.runtime.artifacts import Dataset, Model, Table
from heldout.runtime.checkpoint import Checkpoint, Saved
from heldout.runtime.component import Choice
from heldout.runtime.control.environment_of import environment_of
from heldout.runtime.device import compute_device
from heldout.runtime.models.classifier import classifier_model
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.operators.reinforcement._actor_critic import (
    ActorCritic,
    Experience,
    clipped_loss,
    generalized_advantages,
)
from heldout.runtime.operators.reinforcement._episodes import Episodes
from heldout.runtime.randomness import numpy_stream, torch_stream
from heldout.runtime.subtype import Of
from heldout.runtime.training.snapshot import restore, snapshot

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Learned(NamedTuple):
    model: Model
    curve: Annotated[Table, Metrics("mean_return")]


@operator(seconds=15.0)
def ppo(
    levels: Annotated[Dataset, Use.TRAINS, Of("levels")],
    *,
    checkpoint: Checkpoint,
    network: Annotated[str | dict[str, Any], Choice("networks")] = "impala",
    steps: Count = 25_000_000,
    places: Count = 64,
    steps_at_once: Count = 256,
    epochs: Count = 3,
    minibatches: Count = 8,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-4, 1e-3)] = 5e-4,
    discount: Share = 0.999,
    trace: Share = 0.95,
    clip: Annotated[float, Field(gt=0.0)] = 0.2,
    value_weight: Annotated[float, Field(ge=0.0)] = 0.5,
    entropy_weight: Annotated[float, Field(ge=0.0)] = 0.01,
    max_gradient: Annotated[float, Field(gt=0.0)] = 0.5,
    seed: int = 0,
) -> Annotated[Learned, Of("policy")]:
    """Learn to act by acting in levels of an environment.

    Schulman et al. 2017, "Proximal Policy Optimization Algorithms" (arXiv:1707.06347), equations 7
    and 9 and algorithm 1, with advantages of Schulman et al. 2016 (arXiv:1506.02438), equation 16;
    defaults and details as Cobbe et al. 2020 (arXiv:1912.01588) have them for Procgen: advantages
    normalised in each minibatch, a clipped value loss, one network for policy and value, Adam with
    epsilon 1e-5, gradients clipped by their norm.
    Differs from the paper: rewards are not normalised; an episode that the horizon cuts off counts
    as ended, as it does in Procgen.

    Args:
        levels: rows of `data/levels`; each episode is on one of them, drawn evenly.
        network: a component of networks.
        steps: of the environment, in all places together; rounded down to whole rounds.
        places: episodes that are played side by side.
        steps_at_once: steps in each place between two rounds of updates.
        epochs: passes over what was just played.
        minibatches: of each pass.
        learning_rate: of Adam.
        discount: of what comes a step later.
        trace: lambda of the advantages.
        clip: how far the ratio of new to old probability may go from 1, and the value from the old.
        value_weight: of the value loss.
        entropy_weight: of the policy's entropy, which is to stay high.
        max_gradient: norm to which gradients are clipped.
        seed: of the initial weights, the levels, the actions and the minibatches.

    Returns:
        model: a classifier of observations into actions; its logits are those of the policy.
        curve: metric `mean_return`, of the episodes that ended since the last point, by step of
            the environment; there are about twenty points.

    Raises:
        ValueError: there are no levels, less than one round of steps, minibatches that do not
            divide what is played at once, or a loss that is not finite.
    """
    at_once = places * steps_at_once
    if steps < at_once:
        raise ValueError(f"{steps} steps are less than one round of {places} places x {steps_at_once} steps")
    if at_once % minibatches:
        raise ValueError(f"{minibatches} minibatches do not divide {at_once} steps")
    device = compute_device()
    environment = environment_of(levels)
    module = ActorCritic(network, environment.observation_shape, environment.num_actions, seed).to(device)
    optimizer = torch.optim.Adam(module.parameters(), lr=learning_rate, eps=1e-5, fused=True)
    generator = torch_stream(seed, "actions and minibatches")
    episodes = Episodes(environment, places, numpy_stream(seed, "levels"))
    points: dict[int, float] = {}
    begin, rounds = 0, steps // at_once
    if (saved := checkpoint.load()) is not None:
        begin, points = episodes.take_up(*saved)
        restore(saved[0], module.state_dict(), optimizer, generator)

    def state() -> Saved:
        tensors, notes = episodes.saved(number, points)
        return tensors | snapshot(module.state_dict(), optimizer, generator), notes

    for number in range(begin, rounds):
        checkpoint.look(state)
        played = _play(module, episodes, steps_at_once, generator, device)
        advantage = generalized_advantages(played, discount, trace)
        flat = played.flat(advantage)
        for _ in range(epochs):
            for rows in torch.randperm(at_once, generator=generator).chunk(minibatches):
                loss = clipped_loss(module, flat.at(rows.to(device)), clip, value_weight, entropy_weight)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(module.parameters(), max_gradient)
                optimizer.step()
        if not torch.isfinite(loss):
            raise ValueError(f"the loss is {loss.item()} after {(number + 1) * at_once} steps")
        if (number + 1) * 20 // rounds > number * 20 // rounds and episodes.returns:
            points[(number + 1) * at_once] = episodes.mean_return()
    curve = Table.columns(
        metric=["mean_return"] * len(points), value=list(points.values()), step=list(points)
    )
    return Learned(classifier_model(module.policy), curve)


def _play(
    module: ActorCritic, episodes: Episodes, length: int, generator: torch.Generator, device: torch.device
) -> Experience:
    """What happens in all places in so many steps."""
    noted: list[tuple[Tensor, ...]] = []
    with torch.no_grad():
        for _ in range(length):
            observation = torch.from_numpy(episodes.observe()).to(device)
            logits, value = module(observation.float().div(255))
            action = torch.multinomial(logits.softmax(1).cpu(), 1, generator=generator).squeeze(1).to(device)
            log_probability = logits.log_softmax(1).gather(1, action[:, None]).squeeze(1)
            reward, ended = episodes.step(action.cpu().numpy().astype(np.int64))
            given = (torch.from_numpy(reward).to(device), torch.from_numpy(ended).to(device))
            noted.append((observation, action, log_probability, value, *given))
        observation = torch.from_numpy(episodes.observe()).to(device)
        _, last = module(observation.float().div(255))
    columns = (torch.stack(column) for column in zip(*noted, strict=True))
    return Experience._make([*columns, last])
