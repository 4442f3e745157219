"""An image model of transformers as a featurizer, and the hub's format for it."""

from collections.abc import Mapping, Sequence
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
        mean: of inputs by channel, [1, channels, 1, 1]; of no elements where they are taken as they are.
        std: likewise.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        backbone: Any,
        shape: tuple[int, ...],
        freeze_batch_norm: bool,
        normalization: tuple[Sequence[float], Sequence[float]] | None = None,
    ) -> None:
        """Take a network of transformers.

        Args:
            backbone: the network.
            shape: of one input.
            freeze_batch_norm: see above.
            normalization: mean and standard deviation by channel, which inputs are brought to 0 and 1 by.
        """
        super().__init__()
        for name, values in zip(("mean", "std"), normalization or ((), ()), strict=True):
            self.register_buffer(name, torch.tensor(values).view(1, -1, 1, 1), persistent=False)
        self.backbone = backbone
        self.freeze_batch_norm = freeze_batch_norm
        was_training = backbone.training
        with torch.no_grad():
            self.num_features = self.eval()(torch.zeros(1, *shape)).shape[1]
        self.train(was_training)

    def forward(self, x: Tensor) -> Tensor:
        if self.mean.numel():
            x = (x - self.mean) / self.std
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
