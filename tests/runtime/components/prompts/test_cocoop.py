import torch

from heldout.runtime.components.prompts.cocoop import cocoop


def test_every_context_token_is_shifted_by_the_same_vector_of_the_image(towers):
    learner = cocoop(towers, num_context=3, reduction=16)
    features = torch.randn(2, 32, generator=torch.Generator().manual_seed(0))
    (context,) = learner(features).text
    assert context.shape == (2, 3, 6)
    # By hand: h(x) = W2 max(W1 x + b1, 0) + b2, with a hidden layer of 32 / 16 = 2.
    first, _, second = learner.meta_net
    assert first.weight.shape == (2, 32)
    hidden = (features @ first.weight.T + first.bias).clamp(min=0)
    shift = hidden @ second.weight.T + second.bias
    for image in range(2):
        for token in range(3):
            torch.testing.assert_close(context[image, token], towers.words[token] + shift[image])
    assert not torch.allclose(shift[0], shift[1])
    assert learner.per_image
