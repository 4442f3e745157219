"""The page's example of a method works as it says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.lookup import find, register_file
from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.operators.train.classifier import classifier
from tests.fixtures.written import written

classifier = written(classifier)

PAGE = Path(__file__).parents[3] / "docs/families/weak-to-strong.md"


def test_an_objective_of_ones_own(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_supervision.py").write_text(code)
    assert register_file(tmp_path / "my_supervision.py") == ["objectives/sure-labels"]
    data = rotated_digits(angles=[0]).take(range(8))
    sure = torch.tensor([0.9, 0.2, 0.8, 0.3, 0.25, 0.7, 0.6, 0.1])
    targets = torch.zeros(8, 10).scatter(1, data.labels[:, None], sure[:, None])
    forward = ModuleForward(build_classifier("linear", (1, 8, 8), 10, seed=0), torch.nn.ModuleDict())
    loss = find("objectives/sure-labels")(forward, Batch(data.x[None], data.labels[None], targets[None]))
    losses = torch.nn.functional.cross_entropy(forward.logits(data.x), data.labels, reduction="none")
    # The four surest of eight.
    assert loss.item() == pytest.approx(losses[[0, 2, 5, 6]].mean().item())
    soft = replace(data, tensors={**data.tensors, "targets": targets})
    trained = classifier(soft, objective="sure-labels", network="linear", steps=3, checkpoint=Checkpoint())
    assert len(trained.curve.rows) == 2
