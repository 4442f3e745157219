import pytest
import torch

from heldout.runtime.components.prompts.independent import independent


def test_prompts_of_both_encoders_share_no_parameter(towers):
    learner = independent(towers, num_context=2, depth=2)
    prompts = learner(None)
    assert [tuple(token.shape) for token in prompts.text] == [(2, 6)] * 2
    assert [tuple(token.shape) for token in prompts.image] == [(2, 10)] * 2
    assert torch.equal(prompts.text[0], towers.words[:2])
    parameters = list(learner.parameters())
    gradients = torch.autograd.grad(sum(t.sum() for t in prompts.image), parameters, allow_unused=True)
    reached = {tuple(p.shape) for p, g in zip(parameters, gradients, strict=True) if g is not None}
    assert reached == {(2, 10)}


def test_more_depth_than_layers_is_refused(towers):
    with pytest.raises(ValueError, match="depth is 4"):
        independent(towers, depth=4)
