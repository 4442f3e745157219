import numpy as np
import torch
from torch.nn.functional import cross_entropy

from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.objectives.erm import erm
from heldout.runtime.components.objectives.rsc import rsc, unmuted


def test_mask_by_autograd_and_numpy(random_case):
    forward, batch = random_case()
    features, y = batch.x.flatten(0, 1).requires_grad_(), batch.y.flatten()
    rows = np.arange(len(y))
    logits = forward.classify(features)
    (gradient,) = torch.autograd.grad(logits[rows, y].sum(), features)
    top = np.percentile(gradient.numpy(), 60, axis=1, keepdims=True)
    keep_feature = gradient.numpy() < top
    muted = forward.classify(features * torch.from_numpy(keep_feature))
    change = (logits.softmax(1) - muted.softmax(1)).detach().numpy()[rows, y]
    keep = keep_feature | (change < np.percentile(change, 75))[:, None]
    head = (forward.parameters["head.weight"].detach(), forward.parameters["head.bias"].detach())
    mask = unmuted(features.detach(), y, head, (0.4, 0.25))
    assert mask.tolist() == keep.tolist()
    assert 0 < (~mask).sum() < (~keep_feature).sum()
    loss = rsc(forward, batch, drop_features=0.4, drop_examples=0.25)
    torch.testing.assert_close(loss, cross_entropy(forward.classify(features * mask), y), rtol=1e-6, atol=0)


def test_mutes_the_feature_that_carries_the_prediction(linear_forward):
    # Feature 0 decides for class 0, feature 1 hardly; both examples lose it.
    forward = linear_forward([[5.0, 0.1], [-5.0, -0.1]], [0.0, 0.0])
    batch = Batch(torch.ones(1, 2, 2), torch.zeros(1, 2, dtype=torch.int64))
    without = Batch(torch.tensor([0.0, 1.0]).expand(1, 2, 2), batch.y)
    loss = rsc(forward, batch, drop_features=0.5, drop_examples=0.5)
    torch.testing.assert_close(loss, erm(forward, without))
