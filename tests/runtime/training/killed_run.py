"""`python killed_run.py FOLDER STEPS PAUSE`: a training that saves before every step; prints its bits."""

import sys
import time
from pathlib import Path

import torch
from torch import nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.training.fit import fit
from heldout.runtime.training.options import TrainingOptions
from heldout.runtime.training.plan import Plan


def main(folder: str, steps: int, pause: float) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    module = nn.Sequential(nn.Linear(8, 32), nn.Dropout(0.2), nn.Linear(32, 1))
    generator = torch.Generator().manual_seed(1)

    def loss_at(step: int) -> torch.Tensor:
        print(step, flush=True)
        time.sleep(pause)
        return module(torch.randn(4, 8, generator=generator)).square().mean()

    plan = Plan(steps, 0.01, "adamw", schedule="cosine", options=TrainingOptions(average=0.9))
    checkpoint = Checkpoint(Path(folder), seconds=0)
    curve = fit(module, loss_at, plan, checkpoint=checkpoint, generator=generator)
    checkpoint.clear()
    bits = b"".join(weight.detach().numpy().tobytes() for weight in module.parameters())
    print("ended", bits.hex(), curve.rows.to_pydict(), Path(folder).exists(), flush=True)


main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
