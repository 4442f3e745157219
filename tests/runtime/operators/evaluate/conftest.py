import numpy as np
import pytest

from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits


@pytest.fixture(scope="module")
def data():
    return rotated_digits(angles=[0, 30, 60]).take(np.arange(0, 1797, 9))


@pytest.fixture(scope="module")
def model():
    return classifier_model(build_classifier({"mlp": {"dropout": 0.5}}, (1, 8, 8), 10, seed=0))
