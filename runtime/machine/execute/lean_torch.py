"""Keep torch from importing its compiler where nothing is compiled."""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import Optimizer

MARK = "__dynamo_disable"  # where torch keeps what it makes of an exempt function at its first call


def spare_the_compiler() -> None:
    """Let optimizers be made and used without torch's compiler, whose import takes as long as torch's own.

    An optimizer's methods are exempt from compilation, and the first call of one imports the compiler
    to arrange that. Here they are called as they are; what they compute is the same. To be removed
    when torch imports its compiler only once something is compiled.
    """
    for method in vars(Optimizer).values():
        exempt = _wrapped_in(method, torch._compile.__file__)
        if exempt is not None and not hasattr(exempt, MARK):
            setattr(exempt, MARK, exempt)
    for kind in vars(torch.optim).values():
        if isinstance(kind, type) and issubclass(kind, Optimizer):
            step = _wrapped_in(vars(kind).get("step"), Optimizer.__init__.__code__.co_filename)
            if step is not None:
                kind.step = _without_gradients(step)  # type: ignore[method-assign]


def _without_gradients(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step as torch wraps it, less the breaks in a graph that is not being compiled."""

    @functools.wraps(step)
    def eager(self: Optimizer, *arguments: Any, **options: Any) -> Any:
        with torch.set_grad_enabled(self.defaults["differentiable"]):
            return step(self, *arguments, **options)

    return eager


def _wrapped_in(method: Any, file: str) -> Callable[..., Any] | None:
    """What a method does that a file of torch's has wrapped; None for any other."""
    code = getattr(method, "__code__", None)
    return getattr(method, "__wrapped__", None) if code is not None and code.co_filename == file else None
