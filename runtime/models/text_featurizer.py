"""An encoder of text of transformers as a featurizer, and the hub's format for it."""

from typing import Any

import torch
from torch import Tensor

from heldout.runtime.models.featurizer import Featurizer
from heldout.runtime.models.hub_featurizer import HubFeaturizer
from heldout.runtime.models.text_encoder import Pooling, pooled


class TextFeaturizer(HubFeaturizer):
    """A transformers encoder and its pooling: tokens [batch, length], int64, to features [batch, width].

    Attributes:
        backbone: the transformers model, without its pooler.
        padding: the token after a text's end; no other token sees it, and no feature is made of it.
        pooling: the mean over all tokens that are no padding, or the first token's.
    """

    def __init__(self, backbone: Any, padding: int, pooling: Pooling) -> None:
        Featurizer.__init__(self)
        self.backbone = backbone
        self.freeze_batch_norm = False
        self.padding = padding
        self.pooling = pooling
        self.num_features = int(backbone.config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        """Features of a batch, which is cut to the longest of its texts.

        Raises:
            ValueError: the inputs are no whole numbers, as where an objective has mixed them.
        """
        if x.is_floating_point():
            raise ValueError("an encoder of text reads tokens, whole numbers; these inputs are fractions")
        mask = x != self.padding
        # A text without a token is padding alone, which has nothing to attend to: its first place counts.
        mask = mask | (torch.arange(x.shape[1], device=x.device) == 0)
        longest = int(mask.any(dim=0).nonzero().max()) + 1
        x, mask = x[:, :longest], mask[:, :longest]
        hidden = self.backbone(input_ids=x, attention_mask=mask.long()).last_hidden_state
        return pooled(hidden, mask, self.pooling)
