"""What the tests of the operators that adapt share."""

import numpy as np
import pytest

from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 40]).take(np.arange(0, 1797, 12))


@pytest.fixture(scope="module")
def model():
    return classifier_model(build_classifier("linear", (1, 8, 8), 10, seed=0))
