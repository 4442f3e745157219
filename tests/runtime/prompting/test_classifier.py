import pytest
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.prompting.classifier import PromptedClassifier, build_learner

CLASSES = ("red circle", "blue circle", "red star")
TEMPLATE = "a photo of a {}."
DEEP = {"depth": 2}
LEARNERS = ["coop", "cocoop", {"vpt": DEEP}, {"independent": DEEP}, {"maple": DEEP}]


def classifier(encoder, learner, template=TEMPLATE):
    return PromptedClassifier(encoder, build_learner(encoder, learner, template, 0), template, CLASSES)


def test_zero_shot_gives_the_logits_of_transformers(encoder, images):
    made = classifier(encoder, "zero-shot")
    ids = encoder.padded([encoder.ids(f"a photo of a {name}.") for name in CLASSES])
    with torch.no_grad():
        theirs = encoder.clip(input_ids=ids, pixel_values=encoder.pixels(images)).logits_per_image
        torch.testing.assert_close(made.logits(made.images(images)), theirs)


def test_a_context_that_starts_from_the_template_starts_as_zero_shot(encoder, images):
    # "a photo of a": four words for four context tokens.
    zero, coop = classifier(encoder, "zero-shot"), classifier(encoder, {"coop": {"num_context": 4}})
    torch.testing.assert_close(coop.logits(coop.images(images)), zero.logits(zero.images(images)))


@pytest.mark.parametrize("learner", LEARNERS, ids=str)
def test_a_step_changes_the_prompts_and_leaves_the_model(encoder, images, learner):
    made = classifier(encoder, learner)
    frozen = {name: value.clone() for name, value in encoder.clip.state_dict().items()}
    before = {name: value.clone() for name, value in made.learner.state_dict().items()}
    optimizer = torch.optim.SGD(made.learner.parameters(), lr=0.5)
    cross_entropy(made.logits(made.images(images)), torch.tensor([0, 1, 2, 0])).backward()
    assert all(parameter.grad is None for parameter in encoder.parameters())
    assert all(parameter.grad is not None for parameter in made.learner.parameters())
    optimizer.step()
    assert any(not torch.equal(value, before[name]) for name, value in made.learner.state_dict().items())
    assert all(torch.equal(value, frozen[name]) for name, value in encoder.clip.state_dict().items())


@pytest.mark.parametrize("learner", LEARNERS, ids=str)
def test_the_logits_of_an_image_do_not_depend_on_its_batch(encoder, images, learner):
    made = classifier(encoder, learner)
    with torch.no_grad():
        together = made.logits(made.images(images))
        alone = torch.cat([made.logits(made.images(x)) for x in images.split(1)])
    torch.testing.assert_close(together, alone)


def test_a_template_without_a_place_is_refused(encoder):
    with pytest.raises(ValueError, match=r"needs one \{\} .* got 'a photo'"):
        classifier(encoder, "coop", "a photo")


def test_a_class_name_with_an_unknown_word_is_refused(encoder):
    with pytest.raises(ValueError, match=r"lacks a word of 'green circle\.'"):
        PromptedClassifier(encoder, build_learner(encoder, "coop", TEMPLATE, 0), TEMPLATE, ["green circle"])
