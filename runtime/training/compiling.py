"""A network through torch's compiler, or as it is where that fails."""

import logging
from typing import Any

from torch import nn

MOST_WORDS = 300  # characters of what a compiler says

log = logging.getLogger("heldout.runtime.compiling")


def compile_in_place(module: nn.Module) -> None:
    """Have a module run what torch.compile makes of it; its weights and their names stay.

    It is compiled when it is first called. Where that fails, a warning says why, and the module runs as it
    is from then on.
    """
    module.compile()
    compiled = module._compiled_call_impl
    assert compiled is not None

    def call(*given: Any, **named: Any) -> Any:
        try:
            return compiled(*given, **named)
        except Exception as error:
            if not _is_the_compilers(error):
                raise
            why = " ".join(str(error).split())[:MOST_WORDS]
            log.warning("%s is not compiled (%s: %s)", type(module).__name__, type(error).__name__, why)
            module._compiled_call_impl = None
            return module(*given, **named)

    module._compiled_call_impl = call


def _is_the_compilers(error: Exception) -> bool:
    """Whether the compiler could not, and not the network."""
    from torch._dynamo.exc import TorchDynamoException

    kinds: list[type[BaseException]] = [TorchDynamoException]
    try:
        from torch._inductor.exc import CppCompileError, InductorError

        kinds += [CppCompileError, InductorError]
    except ImportError:  # the inductor is no part of every build of torch
        pass
    return isinstance(error, tuple(kinds))
