"""How the weights of a network are read: in which precision, onto which device, with which attention."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

# Of weights at rest, where `Precision` is of what is computed: `auto` is what they are stored in.
WeightsPrecision = Literal["float32", "bfloat16", "auto"]
Attention = Literal["eager", "sdpa"]


@dataclass(frozen=True)
class Reading:
    """How a network's weights are read.

    Attributes:
        dtype: of the weights.
        device: where they go at once, without a whole copy in the host's memory; None is the CPU.
        attention: written out, so that it can be looked at and differentiated twice (`eager`), or by
            torch's kernels, whose memory grows with the length and not its square (`sdpa`); None leaves
            it to transformers, which takes torch's where a network has it, and never one of the hub's.
        mapped: weights stay in their files, in what they are stored in, and are read where they are looked
            at; nobody may write to them.
    """

    dtype: WeightsPrecision = "float32"
    device: "torch.device | None" = None
    attention: Attention | None = None
    mapped: bool = False


IN_FLOAT32 = Reading()
IN_PLACE = Reading(mapped=True)
