import pytest
import torch

from heldout.runtime.components.prompts.kgcoop import kgcoop
from heldout.runtime.prompting.classifier import PromptedClassifier, build_learner


def test_the_penalty_is_the_mean_squared_distance_of_the_classes(towers):
    text, template = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    # By hand: distances 0 and 1 + 1, their mean 1, times the weight.
    assert kgcoop(towers, weight=3.0).penalty(text, template).item() == pytest.approx(3.0)


def test_a_context_that_is_the_template_has_no_penalty(encoder, images):
    # The template's four words are where the context starts, so the first loss is CoOp's.
    template, labels = "a photo of a {}.", torch.tensor([0, 1, 1, 0])
    losses = []
    for choice in ("kgcoop", "coop"):
        learner = build_learner(encoder, choice, template, 0)
        classifier = PromptedClassifier(encoder, learner, template, ["red circle", "blue star"])
        losses.append(classifier.loss(classifier.images(images), labels))
    torch.testing.assert_close(losses[0], losses[1])
