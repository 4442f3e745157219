"""Networks that take no memory and are initialised all the same, so that what is drawn next is as ever."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
DRAWS = frozenset({aten.normal_.default, aten.uniform_.default, aten.bernoulli_.float, aten.random_.default})


class WithoutMemory(TorchDispatchMode):
    """Within this block new weights have shapes and no values, and torch's generator goes on as if they had.

    The memory that it takes is that of the largest weight. What is made of numbers, such as tables of
    positions, is there. (With `torch.device("meta")` neither is so: transformers then draws nothing.)
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(self, op: Any, types: Any, given: Any = (), named: Any = None) -> Any:
        named = named or {}
        if op is aten.empty.memory_format:
            return op(*given, **{**named, "device": torch.device("meta")})
        if op in DRAWS and given[0].is_meta:
            op(torch.empty_like(given[0], device="cpu"), *given[1:], **named)
            return given[0]
        return op(*given, **named)
