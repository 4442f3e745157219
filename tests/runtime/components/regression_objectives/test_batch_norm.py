"""Whose statistics batch norm takes, as in the objectives of classifiers of the same names."""

import pytest
import torch
from torch import nn

from heldout.runtime.classifier_training.forward import ModuleForward
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.components.regression_losses.squared_error import squared_error
from heldout.runtime.components.regression_objectives.coral import coral
from heldout.runtime.components.regression_objectives.erm import erm
from heldout.runtime.components.regression_objectives.group_dro import group_dro
from heldout.runtime.models.classifier import Classifier


class Normed(nn.Module):
    """Batch norm of the inputs alone, whose running mean is that of the last pass."""

    num_features = 2

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(2, affine=False, momentum=1.0)

    def forward(self, x):
        return self.norm(x)


@pytest.mark.parametrize(("objective", "apart"), [(coral, True), (group_dro, True), (erm, False)])
def test_domains_pass_one_by_one_where_they_do_in_domainbed(objective, apart):
    x = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(1)) + torch.arange(3.0)[:, None, None]
    classifier = Classifier(Normed(), (2,), 1).train()
    forward, batch = ModuleForward(classifier, nn.ModuleDict()), Batch(x, torch.zeros(3, 4, 1))
    state = ({"weights": torch.full((3,), 1 / 3)},) if objective is group_dro else ()
    objective(forward, batch, *state, squared_error)
    seen = x[-1] if apart else x.flatten(0, 1)
    torch.testing.assert_close(classifier.featurizer.norm.running_mean, seen.mean(0))
