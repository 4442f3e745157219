"""A network that expects the next token at every place: what language models have in common."""

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn


class CausalNetwork(nn.Module):
    """From tokens, [batch, length], to logits of the next one, [batch, length, vocabulary], in nats."""

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, tokens: Tensor, **more: Any) -> Tensor: ...

    def attentions(self, tokens: Tensor) -> Tensor:
        """The attention of every layer and head, [layers, batch, heads, length, length].

        Raises:
            ValueError: this network has none, or does not show it.
        """
        raise ValueError(f"{type(self).__name__} shows no attention")
