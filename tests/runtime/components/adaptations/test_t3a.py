import math

import torch

from heldout.runtime.components.adaptations.t3a import lowest_entropies, t3a


def start(classifier):
    return t3a.initial_state(classifier, None)


def test_the_first_templates_are_the_heads_weights(plain):
    classifier = plain([[1.0, 0.0], [0.0, 1.0]])
    state = start(classifier)
    assert state["supports"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert state["labels"].tolist() == [0, 1]


def test_one_confident_feature_turns_its_template_by_hand(plain):
    classifier = plain([[1.0, 0.0], [0.0, 1.0]])
    x = torch.tensor([[3.0, 4.0]])  # the source classifier says class 1
    step = t3a(classifier, x, start(classifier))
    # Class 1 holds (0, 1) and (0.6, 0.8): their sum (0.6, 1.8) has length sqrt(3.6).
    template = torch.tensor([0.6, 1.8]) / math.sqrt(0.6**2 + 1.8**2)
    torch.testing.assert_close(step.logits, torch.stack([torch.tensor(3.0), x[0] @ template])[None])
    assert step.state["labels"].tolist() == [0, 1, 1]


def test_a_class_keeps_its_supports_of_lowest_entropy():
    state = {
        "supports": torch.arange(5.0)[:, None],
        "labels": torch.tensor([0, 0, 1, 0, 1]),
        "entropies": torch.tensor([0.5, 0.1, 0.9, 0.1, 0.2]),
    }
    kept = lowest_entropies(state, 2, 2)
    # Class 0 loses support 0 (entropy 0.5), class 1 has two and keeps both.
    assert kept["supports"].flatten().tolist() == [1.0, 2.0, 3.0, 4.0]
    # Of the two equal ones of class 0 the older stays.
    assert lowest_entropies(state, 2, 1)["supports"].flatten().tolist() == [1.0, 4.0]


def test_an_uncertain_feature_is_forgotten_at_once(plain):
    classifier = plain([[5.0, 0.0], [0.0, 5.0]])
    step = t3a(classifier, torch.tensor([[1.0, 1.1]]), start(classifier), supports=1)
    assert step.state["supports"].tolist() == [[5.0, 0.0], [0.0, 5.0]]
