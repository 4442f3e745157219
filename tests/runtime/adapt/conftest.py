"""What the tests of the operators that adapt share."""

import numpy as np
import pytest

from runtime.data.rotated_digits import rotated_digits
from runtime.networks.classifier import build_classifier, classifier_model


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 40]).take(np.arange(0, 1797, 12))


@pytest.fixture(scope="module")
def model():
    return classifier_model(build_classifier("linear", (1, 8, 8), 10, seed=0))
