import numpy as np
import pytest
import torch

from heldout.runtime.control.policy import PolicyActor, explore, restore_policy
from heldout.runtime.models.classifier import build_classifier, classifier_model


class Fixed:
    """Gives the same scores everywhere."""

    def __init__(self, scores):
        self._scores = torch.tensor(scores)

    def begin(self, num_places):
        self.places = num_places

    def scores(self, observation, places):
        return self._scores.expand(len(places), -1)

    def note(self, places, action, reward):
        return


def chosen(scores, actions, epsilon=0.0, count=20_000):
    actor = PolicyActor(Fixed(scores), actions, epsilon, np.random.default_rng(0))
    actor.begin(count)
    action = actor.act(np.zeros((count, 1)), np.arange(count))
    return np.bincount(action, minlength=len(scores)) / count


def test_greedy_takes_the_highest_and_explores_evenly():
    assert chosen([0.0, 2.0, 1.0], "greedy").tolist() == [0, 1, 0]
    # With epsilon 0.3 each of three actions gets 0.1 more.
    assert chosen([0.0, 2.0, 1.0], "greedy", epsilon=0.3) == pytest.approx([0.1, 0.8, 0.1], abs=0.01)


def test_sampled_follows_the_softmax():
    scores = np.log([0.2, 0.7, 0.1])
    assert chosen(scores.tolist(), "sampled") == pytest.approx([0.2, 0.7, 0.1], abs=0.015)


def test_each_place_explores_with_its_own_probability():
    epsilon = np.repeat([0.0, 1.0], 5000)
    action = explore(np.zeros(10_000, dtype=int), 4, epsilon, np.random.default_rng(0))
    assert (action[:5000] == 0).all()
    assert np.bincount(action[5000:]) / 5000 == pytest.approx(0.25, abs=0.03)


def test_a_classifier_scores_pictures_between_0_and_1():
    module = build_classifier("linear", (1, 2, 2), 3, seed=0)
    picture = np.arange(4, dtype=np.uint8).reshape(1, 1, 2, 2) * 60
    scores = restore_policy(classifier_model(module)).scores(picture, np.array([0]))
    assert torch.equal(scores, module(torch.from_numpy(picture) / 255).detach())


def test_pictures_of_another_shape_and_scores_that_are_none_are_refused():
    policy = restore_policy(classifier_model(build_classifier("linear", (1, 2, 2), 3, seed=0)))
    with pytest.raises(ValueError, match=r"shape \[1, 2, 2\], the environment has \[1, 3, 2\]"):
        policy.scores(np.zeros((1, 1, 3, 2), dtype=np.uint8), np.array([0]))
    actor = PolicyActor(Fixed([0.0, float("nan")]), "greedy", 0.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match="not finite"):
        actor.act(np.zeros((1, 1)), np.array([0]))
