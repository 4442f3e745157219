"""What a tuning is given and what it gives back.

Supplied is the network, which is looked at and not changed. What comes back are the settings of the library
peft by which an adapter is put into it, `peft_type` among them, as an `adapter_config.json` has them.
"""

from collections.abc import Callable
from typing import Any, Concatenate

from torch import nn

from heldout.runtime.models.low_rank import linear_modules

Settings = dict[str, Any]
Tuning = Callable[Concatenate[nn.Module, ...], Settings]


def task_type(network: nn.Module) -> str | None:
    """What peft calls a network's task, by which its own classes choose how it is wrapped; None elsewhere."""
    config = getattr(network, "config", None)
    if getattr(config, "is_encoder_decoder", False):
        return "SEQ_2_SEQ_LM"
    output = getattr(network, "get_output_embeddings", None)
    return "CAUSAL_LM" if output is not None and output() is not None else None


def adapted(network: nn.Module, pattern: str) -> list[str]:
    """The names of the linear modules that match, never the head.

    Raises:
        ValueError: none does.
    """
    return sorted(linear_modules(network, pattern))
