"""Operators whose every step a test can see: they leave traces in the folder that TRACES names."""

import errno
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import numpy as np
import torch

from heldout.runtime.artifacts import Artifact, Dataset, Model, Scalar, Table, Trajectory
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.distributed import total as total_of_ranks
from heldout.runtime.distributed import world
from heldout.runtime.operator import (
    ByGroup,
    Call,
    Interrupted,
    Metrics,
    NotStackable,
    Speed,
    Unlabelled,
    Use,
    operator,
    stacked,
)
from heldout.runtime.resources import Resources

T = TypeVar("T", bound=Artifact)


def trace(text: str) -> None:
    with Path(os.environ["TRACES"]).open("a") as file:
        file.write(f"{text}\n")


def hinder(value: float) -> None:
    """What a machine does whose memory or table of open files is full, in Python's words and in others'."""
    match value:
        case 14:
            raise MemoryError
        case 17:
            raise OSError(errno.EMFILE, "Too many open files")
        case 18:
            raise ValueError("Error while serializing: I/O error: No space left on device (os error 28)")
        case _:
            raise RuntimeError("the loader died") from OSError(errno.EIO, "Input/output error")


@operator
def number(*, value: float, seed: int = 0) -> Annotated[Table, Metrics("value")]:
    """A number."""
    trace(f"number {value}")
    if value == 13:
        raise ValueError("thirteen is unlucky")
    if value in (14, 17, 18, 19) and "HEALED" not in os.environ:
        hinder(value)
    if value == 15:
        raise SystemExit("leaving")
    if value == 16:
        raise torch.OutOfMemoryError("CUDA out of memory")
    return Table.of({"value": value})


@operator
def spent(*, resources: Resources, value: float) -> Annotated[Table, Metrics("workers", "micro_batch")]:
    """What it may spend."""
    return Table.of({"workers": resources.workers, "micro_batch": resources.micro_batch or 0})


@operator
def total(numbers: list[Scalar | None], bonus: Scalar | None = None) -> Table:
    """The sum of those that are there."""
    there = [value for value in numbers if value is not None]
    return Table.of({"sum": sum(there) + (bonus or 0), "count": len(there)})


@operator
def strict_total(numbers: list[Scalar]) -> Table:
    """The sum of all."""
    return Table.of({"sum": sum(numbers)})


class Columns(NamedTuple):
    adapts: Table
    data: Annotated[Dataset, Unlabelled()]


@operator
def look(labelled: Annotated[Dataset, Use.TRAINS], hidden: Annotated[Dataset, Use.ADAPTS]) -> Columns:
    """Which of two inputs show their labels."""
    shown = {"labelled": "label" in labelled.rows.column_names, "hidden": "label" in hidden.rows.column_names}
    return Columns(Table.of(shown), labelled)


@operator
def spoil(data: Dataset) -> Table:
    """Reads its input, then changes it in place."""
    before = data.x.sum().item()
    data.x.zero_()
    return Table.of({"before": before})


@operator
def types(
    *,
    rate: float,
    steps: int,
    names: frozenset[str],
    pair: tuple[int, float],
    several: list[float] | None = None,
) -> Table:
    """What arrives."""
    trace(repr((rate, steps, sorted(names), type(names).__name__, pair, several)))
    return Table.of({"ok": 1})


@operator
def draw() -> Table:
    """Draws from every global generator without a seed of its own."""
    import random

    return Table.of({"torch": torch.rand(()).item(), "numpy": np.random.rand(), "python": random.random()})


@operator
def reach(*, host: str) -> Table:
    """Opens a connection."""
    with socket.create_connection((host, 9), timeout=5):
        pass
    return Table.of({"reached": 1})


@operator
def wrong_kind() -> Table:
    """Says Table, gives a Model."""
    return Model({}, {})


@operator
def slow(*, checkpoint: Checkpoint, steps: int) -> Table:
    """Counts slowly; each step is done once, however often it is stopped."""
    saved = checkpoint.load()
    first = 0 if saved is None else int(saved[1]["step"])
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt({"t": torch.zeros(1)}, {"step": step})
        trace(f"step {step}")
        time.sleep(0.02)
    return Table.of({"steps": steps})


@operator
def nap(*, seconds: float) -> Table:
    """Sleeps."""
    trace("nap")
    time.sleep(seconds)
    return Table.of({"seconds": seconds})


@operator
def same(data: T) -> T:
    """What came in."""
    return data


@operator
def square(data: Dataset | None = None, *, value: float, kind: str = "a", checkpoint: Checkpoint) -> Table:
    """A number times itself, computed together with others where that is asked for."""
    trace(f"alone {value}")
    if checkpoint.stop:
        checkpoint.interrupt({"t": torch.zeros(1)}, {"value": value})
    return Table.of({"square": value * value})


def _key_of_square(call: Call) -> str | None:
    if call["kind"] == "strange":
        raise ValueError("no key")
    if call["kind"] == "refused":
        raise NotStackable("squares of this kind stand alone")
    return None if call["kind"] == "never" else call["kind"]


def _speed_of_square(calls: Sequence[Call], together: bool) -> Speed:
    slow = calls[0]["kind"] == "slow"
    return Speed(seconds_per_step=100.0 if together and slow else 1.0, member_bytes=1)


@stacked(square, key=_key_of_square, measure=_speed_of_square)
def squares(calls: Sequence[Call]) -> list[Table | Exception]:
    """Squares of several numbers."""
    values = [call["value"] for call in calls]
    trace(f"together {values}")
    if len(values) > int(os.environ.get("MEMORY", "1000")):
        raise torch.OutOfMemoryError("CUDA out of memory")
    if 13 in values and calls[0]["kind"] == "fragile":
        raise KeyError("a fault of the stacked form")
    if calls[0]["checkpoint"].stop:
        raise Interrupted
    wrong = {13: ValueError("thirteen is unlucky"), 14: Model({}, {})}
    return [wrong.get(value) or Table.of({"square": value * value}) for value in values]


@operator
def columns(data: Dataset) -> Table:
    """How many columns and tensors there are."""
    return Table.of({"columns": len(data.rows.column_names) + len(data.tensors)})


@operator
def first_label(data: Dataset) -> Table:
    """The label of the first row."""
    return Table.of({"label": float(data.labels[0])})


@operator
def noise(data: Dataset) -> Table:
    """Draws from a global generator without a seed of its own."""
    return Table.of({"noise": torch.rand(()).item()})


@operator
def large_model(data: Dataset) -> Model:
    """More than goes into a pack."""
    return Model({"w": torch.full((300_000,), float(data.x[0, 0]))}, {})


@operator
def large_trajectory(data: Dataset) -> Trajectory:
    """More than goes into a pack, of a kind that is read at once."""
    return Trajectory((1,), {"w": torch.full((1, 300_000), float(data.x[0, 0]))}, {})


@operator
def give_back(points: Trajectory, *, change: bool) -> Trajectory:
    """Its input, which it may have changed in place."""
    if change:
        points.weights["w"].add_(1.0)
    return points


@operator(distributed=True)
def together(
    data: Dataset | None = None,
    *,
    checkpoint: Checkpoint,
    steps: int = 1,
    bad_rank: int = -1,
    bad_step: int = 0,
    how: str = "raise",
    seed: int = 0,
) -> Annotated[Table, Metrics("sum", "processes")]:
    """Adds up the ranks at every step; at one of them, a rank may end in a way of its own."""
    here = world()
    saved = checkpoint.load()
    first, so_far = (saved[1]["step"], saved[1]["sum"]) if saved is not None else (0, 0.0)
    for step in range(first, steps):
        if checkpoint.stop:
            checkpoint.interrupt({"x": torch.zeros(1)}, {"step": step, "sum": so_far})
        if (
            step == bad_step
            and bad_rank in (here.rank, ALL_RANKS)
            and not Path(f"{os.environ['TRACES']}.healed").exists()
        ):
            end_badly(how)
        so_far += float(total_of_ranks(float(here.rank + 1)))
        if steps > 10:
            trace(f"rank {here.rank} step {step}")
            time.sleep(0.02)
    return Table.of({"sum": so_far, "processes": here.size})


ALL_RANKS = 99


def end_badly(how: str) -> None:
    match how:
        case "raise":
            raise ValueError("this rank is unlucky")
        case "kill":
            os.kill(os.getpid(), 9)
        case "hang":
            time.sleep(600)
        case "disk":
            raise OSError(errno.ENOSPC, "No space left on device")


@operator(distributed=True)
def fitted(
    *,
    checkpoint: Checkpoint,
    steps: int = 12,
    batch_size: int = 5,
    slow: bool = False,
    dropout: float = 0.0,
    seed: int = 0,
) -> Annotated[Table, Metrics("weight"), ByGroup()]:
    """A small network, trained; its weights."""
    # here, since they import what other operators do without
    from heldout.runtime.training.batches import Batches
    from heldout.runtime.training.fit import fit
    from heldout.runtime.training.micro_batches import MicroLosses, micro_losses
    from heldout.runtime.training.plan import Plan
    from heldout.runtime.training.together import ranks_of

    torch.manual_seed(seed)
    layers = [torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Dropout(dropout), torch.nn.Linear(8, 1)]
    module = torch.nn.Sequential(*layers)
    x = torch.randn(40, 3)
    y = x.prod(1, keepdim=True)
    batches = Batches(40, batch_size, seed)
    ranks = ranks_of(module)

    def loss_at(step: int) -> MicroLosses:
        if slow:
            trace(f"rank {ranks.number} step {step}")
            time.sleep(0.02)
        return micro_losses(
            lambda rows: (module(x[rows]) - y[rows]).square().mean(), batches.at(step), None, ranks
        )

    plan = Plan(steps=steps, learning_rate=0.01, optimizer="adamw", clip=1.0)
    fit(module, loss_at, plan, checkpoint=checkpoint, ranks=ranks)
    values = torch.cat([weight.detach().flatten() for weight in module.parameters()]).tolist()
    names = [str(place) for place in range(len(values))]
    return Table.columns(metric=["weight"] * len(values), value=values, group=names)
