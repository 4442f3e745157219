from dataclasses import replace

import torch

from heldout.runtime.classifier_training.minibatches import DomainMinibatches, examples_by_domain
from heldout.runtime.stacked_training.minibatches import StackedMinibatches


def minibatches(examples, seed):
    return DomainMinibatches(examples, 5, torch.Generator().manual_seed(seed))


def test_each_member_sees_what_it_would_see_alone(make_data):
    device = torch.device("cpu")
    one = examples_by_domain(make_data(sizes=(20, 7, 9)), device)
    other = examples_by_domain(make_data(sizes=(4, 30, 8), seed=3), device)
    chosen = [(one, 1), (other, 1), (one, 2)]
    together = StackedMinibatches([minibatches(*member) for member in chosen])
    alone = [minibatches(*member) for member in chosen]
    for _ in range(3):
        batch = together.draw()
        for row, member in enumerate(alone):
            expected = member.draw()
            assert torch.equal(batch.x[row], expected.x) and torch.equal(batch.y[row], expected.y)


def test_shared_examples_are_not_copied(make_data):
    examples = examples_by_domain(make_data(), torch.device("cpu"))
    together = StackedMinibatches([minibatches(examples, seed) for seed in range(3)])
    assert together._x.data_ptr() == examples.x.data_ptr()


def test_soft_labels_come_with_their_rows(make_data):
    data = make_data(sizes=(6, 5))
    soft = torch.rand(len(data), 3, generator=torch.Generator().manual_seed(0))
    data = replace(data, tensors={**data.tensors, "targets": soft})
    examples = examples_by_domain(data, torch.device("cpu"))
    alone = minibatches(examples, 1).draw()
    together = StackedMinibatches([minibatches(examples, seed) for seed in (1, 2)]).draw()
    of_row = {tuple(x): target for x, target in zip(data.x.tolist(), soft.tolist(), strict=True)}
    pairs = zip(alone.x.flatten(0, 1).tolist(), alone.targets.flatten(0, 1).tolist(), strict=True)
    assert all(of_row[tuple(x)] == target for x, target in pairs)
    assert torch.equal(together.targets[0], alone.targets)
