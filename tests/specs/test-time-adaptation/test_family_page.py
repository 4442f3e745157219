"""The page's example of a method works as it says."""

import re
from pathlib import Path

import numpy as np

from heldout.runtime.lookup import register_file
from heldout.runtime.models.classifier import build_classifier, classifier_model
from heldout.runtime.operators.adapt.online import online
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits

PAGE = Path(__file__).parents[3] / "docs/families/test-time-adaptation.md"


def test_an_adaptation_of_ones_own(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_adaptations.py").write_text(code)
    assert register_file(tmp_path / "my_adaptations.py") == ["adaptations/balanced"]
    data = rotated_digits(angles=[0]).take(range(60)).without_labels()
    model = classifier_model(build_classifier("linear", (1, 8, 8), 10, seed=0))
    plain = online(model, data, batch_size=20).predictions.logits
    own = online(model, data, method={"balanced": {"rate": 0.5}}, batch_size=20)
    # The first batch meets an even prior, log 10 for each class; the second one that has moved.
    np.testing.assert_allclose(own.predictions.logits[:20], plain[:20] + np.log(10), atol=1e-5)
    prior = own.predictions.logits[20:40] - plain[20:40]
    shares = np.exp(plain[:20]) / np.exp(plain[:20]).sum(1, keepdims=True)
    np.testing.assert_allclose(np.exp(-prior), np.tile(0.05 + 0.5 * shares.mean(0), (20, 1)), rtol=1e-4)
