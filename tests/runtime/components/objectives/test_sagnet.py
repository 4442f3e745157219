import numpy as np
import pytest
import torch
from scipy.special import log_softmax

from heldout.runtime.components.objectives.contract import Batch, Sizes
from heldout.runtime.components.objectives.sagnet import randomise_content, randomise_style, sagnet

SIZES = Sizes(num_features=5, num_classes=4, num_domains=3)


def moments(x):
    return x.mean(1, keepdims=True), x.var(1, ddof=1, keepdims=True) + 1e-5


def numpy_style(x, generator):
    other = torch.randperm(len(x), generator=generator).numpy()
    weight = torch.rand(len(x), 1, generator=generator).numpy().astype(np.float64)
    mean, variance = moments(x)
    mixed_variance = weight * variance + (1 - weight) * variance[other]
    mixed_mean = weight * mean + (1 - weight) * mean[other]
    return (x - mean) / np.sqrt(variance) * np.sqrt(mixed_variance) + mixed_mean


def numpy_content(x, generator):
    other = torch.randperm(len(x), generator=generator).numpy()
    mean, variance = moments(x)
    return ((x - mean) / np.sqrt(variance))[other] * np.sqrt(variance) + mean


def test_style_is_mixed_and_content_kept():
    # A style (mean 10, tenfold) and another (mean 0): the direction of the features stays.
    x = torch.tensor([[0.0, 10.0, 20.0], [-1.0, 0.0, 1.0]], dtype=torch.float64)
    y = randomise_style(x, torch.Generator().manual_seed(0))
    correlation = torch.corrcoef(torch.stack([x[0], y[0]]))[0, 1]
    torch.testing.assert_close(correlation, torch.ones((), dtype=torch.float64))
    assert ((y.mean(1) >= -1e-9) & (y.mean(1) <= 10 + 1e-9)).all()


def test_content_is_anothers_and_constant():
    x = torch.randn(6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    y = randomise_content(x, torch.Generator().manual_seed(1))
    torch.testing.assert_close(y.mean(1), x.mean(1))
    # Only style has a gradient: that of a sum of means is 1/4 each, whatever the content.
    torch.testing.assert_close(torch.autograd.grad(y.mean(1).sum(), x)[0], torch.full_like(x, 1 / 4))


def test_three_losses_against_numpy(random_case):
    torch.manual_seed(0)
    forward, batch = random_case(auxiliaries=sagnet.auxiliary_networks(SIZES))
    value = {name: weight.detach().numpy() for name, weight in forward.parameters.items()}
    x, y = batch.x.flatten(0, 1).numpy(), batch.y.flatten().numpy()
    generator = torch.Generator().manual_seed(4)
    rows = np.arange(len(y))
    content = numpy_style(x, generator) @ value["head.weight"].T + value["head.bias"]
    answers = [
        numpy_content(x, generator) @ value["auxiliary.style.weight"].T + value["auxiliary.style.bias"]
        for _ in range(2)
    ]
    losses = (
        -log_softmax(content, 1)[rows, y].mean(),
        -log_softmax(answers[0], 1)[rows, y].mean(),
        -log_softmax(answers[1], 1).mean(),
    )
    loss = sagnet(forward, batch, torch.Generator().manual_seed(4), adversarial_weight=0.3)
    np.testing.assert_allclose(loss.item(), losses[0] + losses[1] + 0.3 * losses[2])


def test_adversary_moves_the_features_and_not_the_style_head(random_case):
    torch.manual_seed(0)
    forward, batch = random_case(auxiliaries=sagnet.auxiliary_networks(SIZES))
    x = batch.x.clone().requires_grad_()
    head = forward.parameters["auxiliary.style.weight"]
    gradients = [
        torch.autograd.grad(
            sagnet(forward, Batch(x, batch.y), torch.Generator().manual_seed(4), adversarial_weight=w),
            [x, head],
        )
        for w in (0.1, 10.0)
    ]
    torch.testing.assert_close(gradients[0][1], gradients[1][1])
    assert (gradients[0][0] - gradients[1][0]).abs().max() > 1e-3


def test_refuses_a_single_feature(linear_forward):
    forward = linear_forward([[1.0], [2.0]], [0.0, 0.0])
    with pytest.raises(ValueError, match="at least 2 features"):
        sagnet(forward, Batch(torch.ones(1, 4, 1), torch.zeros(1, 4, dtype=torch.int64)), torch.Generator())
