"""The loss of tokens that are learnt, with logits at their places alone, in chunks."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from heldout.runtime.language_training.token_batches import Laid
from heldout.runtime.models.causal_network import CausalNetwork
from heldout.runtime.models.hub_language_model import HubLanguageModel

MOST_LOGITS = 2**26  # at a time: 256 MiB of float32, and as much again for their gradients


def learnt_loss(
    network: CausalNetwork, batch: Laid, head: nn.Module | None, most: int = MOST_LOGITS
) -> Tensor:
    """The mean negative log-likelihood of what is learnt, shape [], nats a token.

    The last place is not read: nothing stands behind it.

    Args:
        network: of transformers, or one of this project's own, which reads no packed rows.
        batch: of rows.
        head: of the network, where its logits are nothing but the head of its last states (`plain_head`):
            then logits exist at the places before learnt tokens alone, so many at a time, on the way back
            too, where they are computed again. Without it they exist at all places at once.
        most: logits at a time.
    """
    before = batch.learnt[:, 1:]
    read, targets = batch.tokens[:, :-1], batch.tokens[:, 1:][before]
    own = {} if batch.places is None else {"places": batch.places[:, :-1]}
    if head is None:
        return cross_entropy(network(read, **own)[before].float(), targets)
    assert isinstance(network, HubLanguageModel)
    states = network(read, **own, states=True)[before]
    at_a_time = max(most // network.vocabulary, 1)
    total = states.new_zeros((), dtype=torch.float32)
    for some, wanted in zip(states.split(at_a_time), targets.split(at_a_time), strict=True):
        total = total + checkpoint(_summed, head, some, wanted, use_reentrant=False)
    return total / len(targets)


def _summed(head: nn.Module, states: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(head(states).float(), targets, reduction="sum")
