"""An image model of transformers as a featurizer, and the hub's format for it."""

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn

from heldout.runtime.hub.format import hub_format, load_hub_weights
from heldout.runtime.models.featurizer import Featurizer


class HubFeaturizer(Featurizer):
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
        features: Tensor = output.last_hidden_state[:, 0] if pooled is None else pooled
        return features.flatten(1)

    def train(self, mode: bool = True) -> Self:
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
