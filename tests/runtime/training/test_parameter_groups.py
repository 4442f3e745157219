import pytest
import torch
from torch import nn

from heldout.runtime.training.options import TrainingOptions
from heldout.runtime.training.parameter_groups import parameter_groups
from heldout.runtime.training.plan import Plan
from heldout.runtime.training.updates import Updates


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(2, 2)
        self.layers = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2)])
        self.norm = nn.LayerNorm(2)
        self.head = nn.Linear(2, 3)


def scales(**given):
    trained = dict(Network().named_parameters())
    names = {id(weight): name for name, weight in trained.items()}
    groups = parameter_groups(trained, 0.1, TrainingOptions(**given))
    return {
        names[id(weight)]: (group["scale"], group["weight_decay"])
        for group in groups
        for weight in group["params"]
    }


def test_all_are_one_group_where_nothing_is_asked_for():
    trained = dict(Network().named_parameters())
    (group,) = parameter_groups(trained, 0.1, TrainingOptions())
    assert [id(weight) for weight in group["params"]] == [id(weight) for weight in trained.values()]
    assert group["scale"] == 1 and group["weight_decay"] == 0.1


def test_matrices_alone_decay():
    found = scales(decayed="matrices")
    assert found["head.weight"] == (1, 0.1)
    assert found["head.bias"] == found["norm.weight"] == (1, 0.0)


def test_a_head_learns_faster():
    found = scales(head_rate=10.0)
    assert found["head.weight"] == found["head.bias"] == (10, 0.1)
    assert found["layers.1.weight"] == (1, 0.1)


def test_lower_layers_learn_slower():
    # What lies above the layers is 0 down, the last layer 1, the first 2, the embedding 3.
    found = scales(layer_decay=0.5, head_rate=2.0)
    shares = {name.rpartition(".")[0]: scale for name, (scale, _) in found.items()}
    assert shares == {"embed": 0.125, "layers.0": 0.25, "layers.1": 0.5, "norm": 1, "head": 2}


def test_layers_and_heads_that_are_not_there_are_refused():
    trained = {"weight": torch.zeros(2, requires_grad=True)}
    with pytest.raises(ValueError, match="layer's number"):
        parameter_groups(trained, 0.0, TrainingOptions(layer_decay=0.9))
    with pytest.raises(ValueError, match="`head_rate` is of none"):
        parameter_groups(trained, 0.0, TrainingOptions(head_rate=2.0))


def test_a_group_moves_at_its_own_rate():
    network = Network()
    before = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    options = TrainingOptions(head_rate=10.0)
    trained = dict(network.named_parameters())
    updates = Updates(trained, Plan(1, 0.01, optimizer="sgd", options=options))
    for weight in trained.values():
        weight.grad = torch.ones_like(weight)
    updates.apply(0)
    moved = {name: (before[name] - weight.detach()).mean().item() for name, weight in trained.items()}
    assert moved["head.weight"] == pytest.approx(0.1) and moved["embed.weight"] == pytest.approx(0.01)
