import numpy as np
import torch

from heldout.runtime.artifacts import Model
from heldout.runtime.control.trajectory_policy import TrajectoryPolicy, build_transformer

CONFIG = {
    "network": "linear",
    "shape": [1, 1, 4],
    "num_actions": 3,
    "horizon": 8,
    "context": 3,
    "width": 8,
    "depth": 2,
    "heads": 2,
    "target_return": 5.0,
}


def window(module, length, seed=0):
    draws = torch.Generator().manual_seed(seed)
    seen = torch.rand(length, 1, 1, 4, generator=draws)
    to_go = torch.rand(1, length, generator=draws)
    action = torch.randint(3, (1, length), generator=draws)
    return [to_go, module.embed(seen)[None], action, torch.arange(length)[None]]


def test_an_action_depends_on_nothing_that_comes_after_it():
    module = build_transformer(CONFIG, seed=1).eval()
    given = window(module, 4)
    with torch.no_grad():
        before = module(*given)
        given[2] = given[2].clone()
        given[2][0, 2] = (given[2][0, 2] + 1) % 3
        after = module(*given)
    # The action of step 2 is known from step 3 on.
    assert torch.allclose(before[0, :3], after[0, :3])
    assert not torch.allclose(before[0, 3], after[0, 3])


def test_it_acts_by_the_last_steps_of_each_place():
    """Against the network on windows that are cut from whole histories."""
    module = build_transformer(CONFIG, seed=2).eval()
    policy = TrajectoryPolicy(Model(module.state_dict(), CONFIG | {"policy": TrajectoryPolicy.name}))
    generator = np.random.default_rng(0)
    policy.begin(3)
    observations, actions, wanted = [], [], [np.full(3, 5.0)]
    for step in range(6):
        places = np.arange(3) if step < 4 else np.array([0, 2])  # place 1 ends after four steps
        observation = generator.integers(256, size=(3, 1, 1, 4), dtype=np.uint8)
        scores = policy.scores(observation[places], places)
        observations.append(observation)
        first = max(0, step - 2)
        with torch.no_grad():
            pictures = np.stack(observations[first:], axis=1)[places]
            seen = module.embed(torch.from_numpy(pictures).flatten(0, 1) / 255).unflatten(
                0, pictures.shape[:2]
            )
            to_go = torch.tensor(np.stack(wanted[first:], axis=1)[places], dtype=torch.float32)
            done = np.stack([*actions, np.zeros(3, dtype=int)], axis=1)[places, first:]
            time = torch.arange(first, step + 1).expand(len(places), -1)
            expected = module(to_go, seen, torch.from_numpy(done), time)[:, -1]
        assert torch.allclose(scores, expected, atol=1e-5)
        action, reward = generator.integers(3, size=3), generator.random(3).astype(np.float32)
        policy.note(places, action[places], reward[places])
        actions.append(action)
        wanted.append(wanted[-1] - reward)
