"""A small sweep in the format of DomainBed: a folder for each run, a line for each checkpoint."""

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SIZES = {"PACS": 4, "Debug28": 3}
STEPS = (0, 300, 600)


def write_run(folder: Path, lines: list[dict[str, Any]], done: bool = True) -> None:
    folder.mkdir(parents=True)
    (folder / "results.jsonl").write_text("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines))
    if done:
        (folder / "done").write_text("done")


def checkpoint(
    dataset: str,
    algorithm: str,
    test_envs: list[int],
    trial: int,
    hparams: int,
    step: int,
    **accuracies: float,
) -> dict[str, Any]:
    """A line as DomainBed's train.py writes it, but for the losses of its algorithms."""
    return {
        "step": step,
        "epoch": step / 64.0,
        "step_time": 0.5,
        "loss": 1.25,
        "mem_gb": 0.0,
        **accuracies,
        "hparams": {"lr": 5e-05, "batch_size": 32, "class_balanced": False},
        "args": {
            "algorithm": algorithm,
            "checkpoint_freq": None,
            "data_dir": "/data",
            "dataset": dataset,
            "holdout_fraction": 0.2,
            "hparams": None,
            "hparams_seed": hparams,
            "output_dir": "sweep/run",
            "save_model_every_checkpoint": False,
            "seed": 7,
            "skip_model_save": False,
            "steps": None,
            "task": "domain_generalization",
            "test_envs": test_envs,
            "trial_seed": trial,
            "uda_holdout_fraction": 0,
        },
    }


@pytest.fixture
def write_sweep(tmp_path: Path) -> Callable[..., Path]:
    """Write a whole sweep with accuracies drawn at random, and return its folder."""

    def write(datasets=("PACS", "Debug28"), algorithms=("ERM", "CORAL", "IRM"), pairs=True) -> Path:
        draw = random.Random(20)
        number = 0
        for dataset, algorithm, trial, hparams in itertools.product(datasets, algorithms, range(3), range(2)):
            envs = range(SIZES[dataset])
            held_out = [*itertools.combinations(envs, 1), *(itertools.combinations(envs, 2) if pairs else ())]
            for test_envs in held_out:
                lines = [
                    checkpoint(
                        *(dataset, algorithm, list(test_envs), trial, hparams, step),
                        **{f"env{e}_{part}_acc": draw.random() for e in envs for part in ("in", "out")},
                    )
                    for step in STEPS
                ]
                write_run(tmp_path / "sweep" / f"{number:032x}", lines)
                number += 1
        return tmp_path / "sweep"

    return write
