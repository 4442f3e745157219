import torch
from torch import nn

from heldout.runtime.models.classifier import build_classifier
from heldout.runtime.scoring import parts


def test_the_largest_output_by_hand():
    # Two maps of 4 by 4 numbers of 4 bytes; then three numbers.
    module = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Flatten(), nn.Linear(32, 3))
    assert parts.largest_output(module, torch.zeros(1, 1, 4, 4)) == 2 * 4 * 4 * 4
    assert not any(layer._forward_hooks for layer in module.modules())


def test_batches_are_cut_where_a_layer_puts_out_more_than_is_at_hand(monkeypatch):
    module = build_classifier({"conv": {"width": 4}}, (1, 8, 8), 3, seed=0).eval()
    batches = [torch.rand(7, 1, 8, 8), torch.rand(4, 1, 8, 8)]
    with torch.no_grad():
        whole = torch.cat([module(x) for x in batches])
        monkeypatch.setattr(parts, "AT_HAND_BYTES", 3 * parts.largest_output(module, batches[0][:1]))
        found = list(parts.outputs(module, batches))
    assert [len(logits) for logits in found] == [3, 3, 1, 3, 1]
    torch.testing.assert_close(torch.cat(found), whole)
