import pytest
import torch

from heldout.runtime.components.prompts.maple import maple


def test_visual_prompts_are_linear_in_the_text_prompts_of_their_layer(towers):
    learner = maple(towers, num_context=2, depth=2)
    text, image = learner(None)
    assert torch.equal(text[0], towers.words[:2])
    for layer in range(2):
        weight, bias = learner.couplings[layer].weight, learner.couplings[layer].bias
        assert weight.shape == (10, 6)
        torch.testing.assert_close(image[layer], text[layer] @ weight.T + bias)


def test_twice_the_text_prompt_moves_the_visual_one_twice_as_far(towers):
    learner = maple(towers, num_context=2, depth=1)
    at = []
    for factor in (0.0, 1.0, 2.0):
        with torch.no_grad():
            learner.text[0].copy_(factor * towers.words[:2])
        at.append(learner(None).image[0])
    torch.testing.assert_close(at[2] - at[0], 2 * (at[1] - at[0]))


def test_what_the_image_encoder_wants_reaches_the_text_prompts(towers):
    learner = maple(towers, depth=2)
    gradients = torch.autograd.grad(sum(t.sum() for t in learner(None).image), list(learner.text))
    assert all(gradient.abs().sum() > 0 for gradient in gradients)


def test_layers_beyond_the_depth_have_no_prompts(towers):
    assert [len(prompts) for prompts in maple(towers, depth=1)(None)] == [1, 1]
    with pytest.raises(ValueError, match="depth is 4"):
        maple(towers, depth=4)
