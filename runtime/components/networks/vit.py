"""A vision transformer."""

from typing import Annotated

from pydantic import Field

from heldout.runtime.component import component
from heldout.runtime.components.networks.hub import hub
from heldout.runtime.models.featurizer import Featurizer

Count = Annotated[int, Field(ge=1)]


@component
def vit(
    shape: tuple[int, ...],
    *,
    patch_size: Count = 16,
    width: Count = 192,
    depth: Count = 12,
    heads: Count = 3,
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0,
) -> Featurizer:
    """Patches as tokens of a transformer; the features are the class token after the last layer.

    Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words" (arXiv:2010.11929), equations 1-4;
    sizes of ViT-Ti (Touvron et al. 2021, arXiv:2012.12877, table 1).
    Differs from the paper: nothing; the class token goes to a linear head, as in fine-tuning.

    Args:
        patch_size: side of a patch, pixels.
        width: size of a token.
        depth: number of layers.
        heads: of the attention; they divide the width.
        dropout: probability after each layer's parts.

    Raises:
        ValueError: images are not square, patches do not tile them, or heads do not divide the
            width.
    """
    if len(shape) != 3 or shape[1] != shape[2]:
        raise ValueError(f"vit needs square inputs [channels, side, side], got shape {list(shape)}")
    if shape[1] % patch_size:
        raise ValueError(f"patches of {patch_size} pixels do not tile images of {shape[1]}")
    if width % heads:
        raise ValueError(f"{heads} heads do not divide a width of {width}")
    config = {
        "model_type": "vit",
        "num_channels": shape[0],
        "image_size": shape[1],
        "patch_size": patch_size,
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": depth,
        "num_attention_heads": heads,
        "hidden_dropout_prob": dropout,
    }
    return hub(shape, config=config)
