"""The step of a stack through torch's compiler, timed and held against the step without it."""

import time

import torch

from heldout.runtime.stacked_training.stack import TrainingStack

STEPS = 6  # that are timed; the compiler may make a graph in the first two, and where a branch changes
TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2}  # of a gradient's length


class OtherGradients(Exception):
    """A compiled step gives gradients that are not those of the step; the message names the weights."""


def measure_compiled(compiled: TrainingStack, eager: TrainingStack) -> list[float]:
    """Seconds of steps of a compiled stack; both stacks are of no further use.

    The compiler's word is not taken for it: torch 2.13 leaves out the gradient that an
    `autograd.Function` defines where it is called under vmap, as that of a reversed gradient is.

    Args:
        compiled: at its first step.
        eager: of the same runs, not compiled.

    Raises:
        OtherGradients: those of the two stacks differ by more than rounding.
        Exception: the step cannot be compiled.
    """
    torch.compiler.reset()  # graphs of other shapes: of one function, torch keeps a few only
    seconds = []
    for step in range(STEPS):
        compiled.weights.flat.copy_(eager.weights.flat)  # else differences of rounding would grow
        seconds.append(_timed(compiled, step))
        eager.step(step)
        if different := compiled.weights.differ(eager.weights, TOLERANCE[eager.precision]):
            raise OtherGradients(f"the compiled step has other gradients of {', '.join(different)}")
    return seconds


def _timed(stack: TrainingStack, step: int) -> float:
    _wait(stack)
    began = time.perf_counter()
    stack.step(step)
    _wait(stack)
    return time.perf_counter() - began


def _wait(stack: TrainingStack) -> None:
    if stack.weights.flat.is_cuda:
        torch.cuda.synchronize()
