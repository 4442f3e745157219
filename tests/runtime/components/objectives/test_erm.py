import numpy as np
from scipy.special import log_softmax

from heldout.runtime.components.objectives.erm import erm


def test_mean_negative_log_likelihood(random_case):
    forward, batch = random_case()
    weight = forward.parameters["head.weight"].detach().numpy()
    bias = forward.parameters["head.bias"].detach().numpy()
    x, y = batch.x.numpy().reshape(-1, 5), batch.y.numpy().reshape(-1)
    log_probability = log_softmax(x @ weight.T + bias, axis=1)
    np.testing.assert_allclose(erm(forward, batch).item(), -log_probability[np.arange(len(y)), y].mean())
