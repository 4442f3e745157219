"""Training runs of one shape, from operator calls to their end as one stack."""

import time
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.classifier_training.minibatches import DomainExamples, examples_by_domain
from heldout.runtime.classifier_training.run import Run
from heldout.runtime.classifier_training.training import Training
from heldout.runtime.device import compute_device
from heldout.runtime.operator import Call, Interrupted, Speed
from heldout.runtime.stacked_training.compiled_step import measure_compiled
from heldout.runtime.stacked_training.stack import TrainingStack

SAVED_SECONDS = 60.0  # of a stack's work may be lost where the machine stops without a warning
LEAST_STEPS, MOST_STEPS = 2, 6  # of a measurement; the first step is often slower than all others
MEASURING_SECONDS = 0.5  # after which a measurement has steps enough


def begin_all(calls: Sequence[Call]) -> tuple[dict[int, Run], list[Any]]:
    """Begin the runs that calls of `train/classifier` describe; examples that they share lie once.

    Returns:
        the runs by position, and a list that holds, for the others, what was wrong with them.
    """
    examples: dict[int, DomainExamples] = {}
    runs: dict[int, Run] = {}
    results: list[Any] = [None] * len(calls)
    for position, call in enumerate(calls):
        data = call["data"]
        try:
            if id(data) not in examples:
                examples[id(data)] = examples_by_domain(data, compute_device())
            runs[position] = Run(**call, examples=examples[id(data)])
        except (ValueError, TypeError) as error:
            results[position] = error
    return runs, results


def advance_together(runs: Sequence[Run], backend: str | None = None) -> dict[int, ValueError]:
    """Take runs of one shape, all at the same step, to their end as one stack.

    Args:
        runs: begun, or taken up from checkpoints.
        backend: of `torch.compile`; None: the steps are not compiled.

    Returns:
        by position, what ended a run early; the others have all their steps.

    Raises:
        Interrupted: the job was asked to stop; every run's checkpoint is saved.
        NotStackable: the runs cannot be one program.
        Exception: the step cannot be compiled.
    """
    stack = TrainingStack([run.training for run in runs], backend)
    failed: dict[int, ValueError] = {}
    saved = time.monotonic()
    while not runs[0].ended and len(failed) < len(runs):
        stop = runs[0].stop
        if stop or time.monotonic() - saved > SAVED_SECONDS:
            _save(stack, [run for position, run in enumerate(runs) if position not in failed])
            saved = time.monotonic()
        if stop:
            raise Interrupted
        losses = stack.step(runs[0].step)
        values = losses.tolist() if runs[0].records else [None] * len(runs)
        for position, (run, loss) in enumerate(zip(runs, values, strict=True)):
            try:
                run.note(loss)
            except ValueError as error:
                failed.setdefault(position, error)
    stack.give_back()
    return failed


def _save(stack: TrainingStack, runs: Sequence[Run]) -> None:
    stack.give_back()
    for run in runs:
        run.save()


def measure_speed(calls: Sequence[Call], together: bool, backend: str | None = None) -> Speed:
    """Time steps of runs that are thrown away, as a stack or of the first one alone.

    Args:
        calls: of `train/classifier`.
        together: as a stack.
        backend: of `torch.compile`, for the step of a stack; None: it is not compiled.

    Raises:
        NotStackable: the calls cannot be one program.
        ValueError: a call is wrong.
        Exception: the step cannot be compiled, or has other gradients then.
    """
    steps = calls[0]["plan"].steps
    if backend is not None:
        compiled, eager = _throwaway(calls), _throwaway(calls)
        timed = measure_compiled(TrainingStack(compiled, backend), TrainingStack(eager))
        return Speed(min(timed), member_bytes(eager[0]), steps, sum(timed) - len(timed) * min(timed))
    members = _throwaway(calls if together else calls[:1])
    training = members[0]
    advance = TrainingStack(members).step if together else training.step
    seconds: list[float] = []
    for step in range(MOST_STEPS):
        if step >= LEAST_STEPS and sum(seconds) > MEASURING_SECONDS:
            break
        began = time.perf_counter()
        advance(step)
        if training.device.type == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - began)
    return Speed(min(seconds), member_bytes(training), steps)


def _throwaway(calls: Sequence[Call]) -> list[Training]:
    begun, results = begin_all([{**call, "checkpoint": Checkpoint()} for call in calls])
    if len(begun) < len(calls):
        raise next(result for result in results if result is not None)
    return [run.training for run in begun.values()]


def member_bytes(training: Training) -> int:
    """Memory of one member, roughly: its weights four times (gradients and two moments), its
    examples of a step, and what the layers put out, with as much again for their gradients."""
    put_out = 0

    def note(_module: nn.Module, _given: Any, output: Any) -> None:
        nonlocal put_out
        if isinstance(output, Tensor):
            put_out += output.numel() * output.element_size()

    layers = [part for part in training.module.modules() if not list(part.children())]
    handles = [layer.register_forward_hook(note) for layer in layers]
    batch = training.minibatches.draw(0)
    with torch.no_grad():
        training.module(batch.x.flatten(0, 1))
    for handle in handles:
        handle.remove()
    weights = sum(weight.numel() * weight.element_size() for weight in training.parameters.values())
    return 4 * weights + batch.x.numel() * batch.x.element_size() + 3 * put_out
