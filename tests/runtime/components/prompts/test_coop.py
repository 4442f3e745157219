import torch

from heldout.runtime.components.prompts.coop import coop


def test_the_context_starts_from_the_words_and_goes_on_at_random(towers):
    (context,) = coop(towers, num_context=5)(None).text
    assert context.shape == (5, 6)
    assert torch.equal(context[:4], towers.words)
    assert 0 < context[4].abs().max() < 0.2  # ten standard deviations of 0.02


def test_fewer_tokens_take_the_first_words(towers):
    learner = coop(towers, num_context=2)
    assert torch.equal(learner(None).text[0], towers.words[:2])
    assert learner(None).image == ()
    assert (learner.num_text, learner.num_image, learner.per_image) == (2, 0, False)
