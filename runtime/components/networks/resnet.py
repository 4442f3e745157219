"""A residual network."""

from typing import Annotated, Literal

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.networks.hub import hub
from heldout.runtime.models.featurizer import Featurizer

Count = Annotated[int, Field(ge=1)]

RESNET_18_WIDTHS = [64, 128, 256, 512]
RESNET_18_DEPTHS = [2, 2, 2, 2]


@component
def resnet(
    shape: tuple[int, ...],
    *,
    widths: list[Count] = RESNET_18_WIDTHS,
    depths: list[Count] = RESNET_18_DEPTHS,
    block: Literal["basic", "bottleneck"] = "basic",
    freeze_batch_norm: bool = False,
) -> Featurizer:
    """Stages of residual blocks; the features are the mean over all places after the last.

    He et al. 2016, "Deep Residual Learning for Image Recognition" (arXiv:1512.03385), table 1;
    the defaults are ResNet-18.
    Differs from the paper: nothing. The stem alone makes images four times smaller.

    Args:
        widths: channels by stage; the stem has as many as the first stage (bottleneck: a quarter).
        depths: blocks by stage.
        block: two 3x3 convolutions (basic), or 1x1, 3x3 and 1x1 (bottleneck, ResNet-50).
        freeze_batch_norm: use and keep the running statistics of batch norm; of use only where
            they have been learned.

    Raises:
        ValueError: the input is not [channels, height, width], or widths and depths differ in
            number.
    """
    if len(shape) != 3:
        raise ValueError(f"resnet needs inputs [channels, height, width], got shape {list(shape)}")
    if len(widths) != len(depths):
        raise ValueError(f"{len(widths)} widths and {len(depths)} depths: give one of each a stage")
    config = {
        "model_type": "resnet",
        "num_channels": shape[0],
        "embedding_size": widths[0] if block == "basic" else max(1, widths[0] // 4),
        "hidden_sizes": list(widths),
        "depths": list(depths),
        "layer_type": block,
    }
    return hub(shape, config=config, freeze_batch_norm=freeze_batch_norm)
