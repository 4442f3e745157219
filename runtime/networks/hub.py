"""An image model of transformers as a featurizer, and the hub's format for it."""

import json
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from runtime.networks.hub_format import fresh_network, hub_format, load_hub_weights
from runtime.operator import component


class HubFeaturizer(nn.Module):
    """A transformers image model and its pooling: [batch, *shape] to [batch, num_features].

    Attributes:
        backbone: the transformers model, without a pooler that has weights (see `hub`).
        freeze_batch_norm: batch norm always uses its running statistics and leaves them alone.
    """

    def __init__(self, backbone: Any, shape: tuple[int, ...], freeze_batch_norm: bool) -> None:
        super().__init__()
        self.backbone = backbone
        self.freeze_batch_norm = freeze_batch_norm
        was_training = backbone.training
        with torch.no_grad():
            self.num_features = self.eval()(torch.zeros(1, *shape)).shape[1]
        self.train(was_training)

    def forward(self, x: Tensor) -> Tensor:
        output = self.backbone(pixel_values=x)
        pooled = getattr(output, "pooler_output", None)
        return (output.last_hidden_state[:, 0] if pooled is None else pooled).flatten(1)

    def train(self, mode: bool = True) -> "HubFeaturizer":
        super().train(mode)
        if self.freeze_batch_norm:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def save_to_hub_format(self) -> tuple[dict[str, Tensor], dict[str, bytes]]:
        """Weights under the hub's names, and the other files of the folder (`config.json`)."""
        return hub_format(self.backbone)

    def load_from_hub_format(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights under the hub's names, as `from_pretrained` reads them.

        Weights of heads, which a featurizer has no place for, are left out.

        Raises:
            ValueError: a weight of the featurizer is missing or has another shape.
        """
        load_hub_weights(self.backbone, weights)


@component
def hub(shape: tuple[int, ...], *, config: dict[str, Any], freeze_batch_norm: bool = True) -> nn.Module:
    """Any image model of transformers, freshly initialised from its configuration.

    What `start` from a hub model builds before it loads the weights. Features are the model's
    own pooled output where its pooling has no weights (ResNet: the mean over all places), else
    the last layer's class token (ViT: Dosovitskiy et al. 2021, equation 4). Poolers with weights
    are left out: many published weights lack them. Attention is written out (eager), since
    several objectives take gradients of gradients.

    Args:
        config: as in a `config.json` of the hub, with `model_type`.
        freeze_batch_norm: use and keep the running statistics of batch norm, as DomainBed
            (arXiv:2007.01434) does with pretrained networks.

    Raises:
        ValueError: the configuration is of no image model, or its image size or channels are not
            those of the data.
    """
    from transformers import AutoModel  # costs seconds

    model = fresh_network(AutoModel, config, attn_implementation="eager")
    if model.main_input_name != "pixel_values":
        raise ValueError(f"{config['model_type']!r} takes {model.main_input_name}, not images")
    expected = _expected_shape(model.config, shape)
    if tuple(shape) != expected:
        raise ValueError(
            f"{config['model_type']!r} takes inputs {list(expected)}, the data have {list(shape)}"
        )
    pooler = getattr(model, "pooler", None)
    if pooler is not None and any(True for _ in pooler.parameters()):
        model.pooler = None
    return HubFeaturizer(model, tuple(shape), freeze_batch_norm)


def hub_network(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The network that a fetched model's `config.json` describes, as a study would write it."""
    return {"hub": {"config": json.loads(files["config.json"])}}


def _expected_shape(config: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    size = getattr(config, "image_size", None)
    if isinstance(size, int):
        size = (size, size)
    return (config.num_channels, *(size if size is not None else shape[1:]))
