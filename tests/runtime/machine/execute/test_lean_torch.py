"""Optimizers without torch's compiler: the same numbers, and no import of it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
TRAIN = """
import json, sys, torch
if sys.argv[1] == "lean":
    from heldout.runtime.machine.execute.lean_torch import spare_the_compiler
    spare_the_compiler()
    spare_the_compiler()
said = {}
for kind in (torch.optim.Adam, torch.optim.SGD, torch.optim.AdamW):
    torch.manual_seed(0)
    network = torch.nn.Linear(3, 2)
    optimizer = kind(network.parameters(), lr=0.1, weight_decay=0.01)
    for _ in range(5):
        optimizer.zero_grad()
        loss = network(torch.ones(4, 3)).square().sum()
        loss.backward()
        optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    assert all(weight.requires_grad for weight in network.parameters())
    said[kind.__name__] = [loss.item().hex(), [w.item().hex() for w in network.weight.detach().flatten()]]
print(json.dumps({"compiler": "torch._dynamo" in sys.modules, "weights": said}))
"""


def train(how):
    ended = subprocess.run(
        [sys.executable, "-c", TRAIN, how], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(ended.stdout)


def test_optimizers_compute_the_same_bits_without_the_compiler():
    lean, usual = train("lean"), train("usual")
    assert lean["weights"] == usual["weights"]
    assert usual["compiler"], "torch no longer imports its compiler: lean_torch.py can go"
    assert not lean["compiler"]


def test_compiling_still_works_afterwards():
    code = """
import torch
from heldout.runtime.machine.execute.lean_torch import spare_the_compiler
spare_the_compiler()
optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)
doubled = torch.compile(lambda x: x * 2, backend="eager")
assert doubled(torch.ones(2)).tolist() == [2, 2]
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
