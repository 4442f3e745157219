import numpy as np
import pytest
import torch

from heldout.runtime.components.environments.maze import maze
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.control.collect_logs import collect_logs
from heldout.runtime.operators.data.control.levels import levels

MAZE = {"maze": {"side": 5, "radius": 2, "themes": 1, "horizon": 30}}


@pytest.fixture(scope="module")
def pool():
    return levels(environment=MAZE, train=6, select=1, test=1, seed=0).train


def tiny(tmp_path, hub):
    pool = levels(environment=MAZE, train=3, select=1, test=1).train
    return {"levels": pool, "transitions": 40}


def test_an_expert_without_noise_takes_shortest_paths(pool):
    data = collect_logs(pool, transitions=150, noise=[0.0])
    assert len(data) == 150
    numbers = pool.rows["level"].to_pylist()
    made = maze(numbers, side=5, radius=2, themes=1)._levels
    away = made.distance[np.arange(6), made.start[:, 0], made.start[:, 1]]
    rows = data.rows.to_pylist()
    for number in range(rows[-1]["episode"]):  # all but the last, which was cut off
        episode = [i for i, row in enumerate(rows) if row["episode"] == number]
        assert len(episode) == away[number % 6]
        assert {rows[i]["level"] for i in episode} == {numbers[number % 6]}
        assert data.tensors["terminal"][episode].tolist() == [False] * (len(episode) - 1) + [True]
        # 1 for the goal, less 0.01 a step.
        assert data.tensors["reward"][episode].sum().item() == pytest.approx(1 - 0.01 * len(episode))


def test_the_last_episode_is_cut_off_where_there_are_enough(pool):
    data = collect_logs(pool, transitions=101, noise=[0.0], seed=3)
    ends = data.tensors["terminal"] | data.tensors["truncated"]
    episode = torch.tensor(data.rows["episode"].to_pylist())
    assert torch.equal(
        torch.nonzero(ends).flatten()[:-1], torch.nonzero(episode[1:] != episode[:-1]).flatten()
    )
    assert ends[-1]


def test_qualities_take_turns(pool):
    data = collect_logs(pool, transitions=400, noise=[0.0, 1.0], seed=1)
    by_episode = {row["episode"]: row["noise"] for row in data.rows.to_pylist()}
    assert [by_episode[number] for number in range(8)] == [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0]
    best = collect_logs(pool, transitions=400, noise=[0.0]).notes["mean_return"]
    worst = collect_logs(pool, transitions=400, noise=[1.0]).notes["mean_return"]
    assert worst < data.notes["mean_return"] < best


def test_a_policy_is_logged_in_place_of_the_expert(pool):
    module = build_classifier("linear", (3, 5, 5), 4, seed=0)
    torch.nn.init.zeros_(module.head.weight)
    module.head.bias.data = torch.tensor([0.0, 9.0, 0.0, 0.0])  # always right
    data = collect_logs(pool, classifier_model(module), transitions=180, noise=[0.0], actions="greedy")
    assert set(data.tensors["action"].tolist()) == {1}
    assert data.tensors["truncated"].any()
    assert data.notes["num_actions"] == 4
    assert data.notes["horizon"] == 30


def test_too_few_transitions_to_see_every_level_are_refused(pool):
    with pytest.raises(ValueError, match="4 transitions are too few to play 6 levels once"):
        collect_logs(pool, transitions=4)
    with pytest.raises(ValueError, match="at least one probability"):
        collect_logs(pool, transitions=4, noise=[])
