from dataclasses import replace

import pytest
import torch

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.parts import parts_of
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.components.objectives.contract import Batch
from heldout.runtime.resources import Resources
from heldout.runtime.training.plan import Plan

MLP = {"mlp": {"width": 8}}
RESNET = {"resnet": {"widths": [4], "depths": [1]}}


def trained(data, objective, micro_batch, network=MLP):
    """A run of three domains and eight rows of each a step, after its last step."""
    run = Run(
        data,
        checkpoint=Checkpoint(),
        resources=Resources(micro_batch=micro_batch),
        network=network,
        objective=objective,
        plan=Plan(6, 0.1, "sgd", schedule="cosine", clip=1.0, record_every=1),
        batch_size=8,
        seed=0,
    )
    run.to_the_end()
    return run


@pytest.fixture
def images(make_data):
    data = make_data()
    return replace(data, tensors={"x": torch.rand(len(data), 1, 8, 8)})


@pytest.mark.parametrize(("micro_batch", "sizes"), [(24, [8]), (23, [4, 4]), (9, [3, 3, 2]), (1, [1] * 8)])
def test_parts_have_as_many_rows_of_each_domain(micro_batch, sizes):
    x = torch.arange(48).view(3, 8, 2)
    parts = parts_of(Batch(x, x[..., 0]), micro_batch)
    assert [tuple(part.x.shape) for part in parts] == [(3, size, 2) for size in sizes]
    assert torch.equal(torch.cat([part.x for part in parts], dim=1), x)
    assert all(torch.equal(part.y, part.x[..., 0]) and part.targets is None for part in parts)


@pytest.mark.parametrize("objective", ["erm", "sd", "soft-labels"])
@pytest.mark.parametrize("micro_batch", [12, 9, 1])
def test_parts_give_the_weights_of_the_whole_within_rounding(make_data, objective, micro_batch):
    whole, parts = (trained(make_data(), objective, size) for size in (None, micro_batch))
    for name, weight in whole.model().weights.items():
        torch.testing.assert_close(parts.model().weights[name], weight, rtol=1e-5, atol=1e-6)
    assert list(parts.losses.values()) == pytest.approx(list(whole.losses.values()), rel=1e-5)


def test_a_part_at_a_time_is_in_the_network(make_data):
    seen = []
    run = trained(make_data(), "erm", 9)
    run.training.module.featurizer.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    run.training.step(5)
    assert seen == [9, 9, 6]


def test_what_is_no_mean_over_rows_is_refused_where_it_would_be_cut(make_data):
    trained(make_data(), "irm", 24)
    with pytest.raises(ValueError, match=r"irm is no mean over rows.*`micro_batch`"):
        trained(make_data(), "irm", 23)


def test_batch_norm_that_takes_statistics_is_refused(images):
    with pytest.raises(ValueError, match="batch norm takes its statistics of a whole minibatch"):
        trained(images, "erm", 6, RESNET)
    frozen = {"resnet": RESNET["resnet"] | {"freeze_batch_norm": True}}
    assert trained(images, "erm", 6, frozen).ended
