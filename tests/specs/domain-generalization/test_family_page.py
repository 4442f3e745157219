"""The page's example of a method works as it says."""

import re
from pathlib import Path

import pytest
import torch

from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.lookup import find, register_file
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits

PAGE = Path(__file__).parents[3] / "docs/families/domain-generalization.md"


def test_an_objective_of_ones_own(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_objectives.py").write_text(code)
    assert register_file(tmp_path / "my_objectives.py") == ["objectives/worst-domain"]
    data = rotated_digits(angles=[0, 45]).take(range(0, 1797, 30))
    halves = [data.take((data.domains == name).nonzero()[0][:20]) for name in data.domain_names]
    batch = Batch(torch.stack([half.x for half in halves]), torch.stack([half.labels for half in halves]))
    forward = ModuleForward(build_classifier("linear", (1, 8, 8), 10, seed=0), torch.nn.ModuleDict())
    risks = [torch.nn.functional.cross_entropy(forward.logits(half.x), half.labels).item() for half in halves]
    assert find("objectives/worst-domain")(forward, batch).item() == pytest.approx(max(risks))
