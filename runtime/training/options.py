"""Parameters that are the same in all trainers, as one group of their signatures."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


@dataclass(frozen=True)
class TrainingOptions:
    """What a trainer is rarely told.

    Attributes:
        average: of weights over steps, an exponential moving average with this decay, such as 0.999, which
            takes their place after the last step; it begins with the first weights. Statistics of batch norm
            are those of the last step.
        decayed: which weights decay: all, or matrices alone (neither gains nor biases).
        head_rate: the head's learning rate, in times that of the rest. A head is what is named `head`,
            `classifier`, `score` or `lm_head`.
        layer_decay: the rate of a layer, in times that of the next layer up (Clark et al. 2020,
            arXiv:2003.10555, appendix A). What lies before the layers is one more.
        compile: run the network through torch.compile; where that fails, a warning says why, and it runs as
            it is. Sums may be taken in another order.
        recompute: activations are computed again on the way back, and not kept, where the network can
            (`gradient_checkpointing_enable`): less memory for a third more time.
    """

    average: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    decayed: Literal["all", "matrices"] = "all"
    head_rate: Annotated[float, Field(gt=0.0)] = 1.0
    layer_decay: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    compile: bool = False
    recompute: bool = False


AS_USUAL = TrainingOptions()  # nothing is asked for
