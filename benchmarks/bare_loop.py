"""`python -m benchmarks.bare_loop MODELS STEPS`: the training of `training_study` in plain PyTorch.

The same network, minibatches and optimizer from the same random numbers, so that the losses are
the same; no operator, no checkpoint, no store. One line of JSON says the losses and the seconds.
"""

import json
import sys
import time

import torch
from torch import Tensor, nn

from heldout.runtime.device import make_deterministic
from heldout.runtime.operators.data.images.rotated_digits import rotated_digits
from heldout.runtime.randomness import stable_seed, torch_stream


def train(x: Tensor, y: Tensor, domain: Tensor, seed: int, steps: int) -> float:
    """Train one classifier; the loss at its last step."""
    torch.manual_seed(stable_seed(seed, "initialise"))
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    generator = torch_stream(seed, "minibatches")
    order = torch.argsort(domain, stable=True)
    x, y = x[order], y[order]
    counts = torch.bincount(domain)
    offsets = (counts.cumsum(0) - counts)[:, None]
    loss = torch.zeros(())
    for _ in range(steps):
        uniform = torch.rand((len(counts), 32), generator=generator, dtype=torch.float64)
        index = ((uniform * counts[:, None]).long() + offsets).flatten()
        loss = nn.functional.cross_entropy(network(x[index]), y[index])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return loss.item()


def main(models: int, steps: int) -> None:
    make_deterministic(threads=1)
    data = rotated_digits()
    known = {name: number for number, name in enumerate(dict.fromkeys(data.domains))}
    domain = torch.tensor([known[name] for name in data.domains])
    losses, seconds = [], []
    for seed in range(models):
        began = time.perf_counter()
        losses.append(train(data.x, data.labels, domain, seed, steps))
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"losses": losses, "seconds": seconds}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
