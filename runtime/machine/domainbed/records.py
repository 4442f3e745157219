"""The records of a DomainBed sweep: a folder for each run, with a line for each checkpoint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self

RECORDS = "results.jsonl"
DONE = "done"


class Record(NamedTuple):
    """A checkpoint of a run.

    Attributes:
        test_envs: the environments that were held out: one, or two for leave-one-domain-out.
        in_accuracy, out_accuracy: by environment, on its larger and on its smaller (holdout) part.
        step_seconds: mean time of a training step since the last checkpoint; NaN where not recorded.
    """

    run: str
    dataset: str
    algorithm: str
    test_envs: tuple[int, ...]
    trial_seed: int
    hparams_seed: int
    step: int
    in_accuracy: tuple[float, ...]
    out_accuracy: tuple[float, ...]
    step_seconds: float

    @classmethod
    def of(cls, run: str, line: Mapping[str, Any]) -> Self:
        """The record on a line.

        Raises:
            KeyError: the line lacks something.
        """
        arguments = line["args"]
        num_envs = next(i for i in count() if f"env{i}_out_acc" not in line)
        return cls(
            run=run,
            dataset=str(arguments["dataset"]),
            algorithm=str(arguments["algorithm"]),
            test_envs=tuple(arguments["test_envs"]),
            trial_seed=arguments["trial_seed"],
            hparams_seed=arguments["hparams_seed"],
            step=line["step"],
            in_accuracy=tuple(float(line[f"env{i}_in_acc"]) for i in range(num_envs)),
            out_accuracy=tuple(float(line[f"env{i}_out_acc"]) for i in range(num_envs)),
            step_seconds=float(line.get("step_time", "nan")),
        )


@dataclass(frozen=True)
class Sweep:
    """The records of all finished runs.

    Attributes:
        unfinished: folders with records whose run has not ended; they are left out.
    """

    records: tuple[Record, ...]
    unfinished: tuple[str, ...]


def read_sweep(folder: Path) -> Sweep:
    """Read the folders of a sweep's runs.

    Raises:
        ValueError: there is no finished run, or a line of one is no record of DomainBed.
    """
    records: list[Record] = []
    unfinished = []
    for path in sorted(folder.glob(f"*/{RECORDS}")):
        if not (path.parent / DONE).is_file():
            unfinished.append(path.parent.name)
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                records.append(Record.of(path.parent.name, json.loads(line)))
            except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
                said = f"it has no {error}" if isinstance(error, KeyError) else str(error)
                raise ValueError(f"{path}:{number} is no record of DomainBed: {said}") from error
    if not records:
        left = f"; {len(unfinished)} have {RECORDS} and no file `{DONE}`" if unfinished else ""
        raise ValueError(f"{folder} holds no finished run: no folder with {RECORDS} and `{DONE}`{left}")
    return Sweep(tuple(records), tuple(unfinished))
