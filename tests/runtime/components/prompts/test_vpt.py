import pytest

from heldout.runtime.components.prompts.vpt import vpt


def test_tokens_of_the_first_layers_of_the_image_encoder_alone(towers):
    learner = vpt(towers, num_context=2, depth=3)
    prompts = learner(None)
    assert [tuple(token.shape) for token in prompts.image] == [(2, 10)] * 3
    assert prompts.text == ()
    assert (learner.num_text, learner.num_image) == (0, 2)
    assert sum(parameter.numel() for parameter in learner.parameters()) == 3 * 2 * 10


def test_more_depth_than_layers_is_refused(towers):
    with pytest.raises(ValueError, match="depth is 4, but the shallower encoder has 3 layers"):
        vpt(towers, depth=4)
