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
    """The summed negative log-likelihood of what is learnt, shape [], nats.

    Args:
        network: of transformers, or one of this project's own, which reads no packed rows.
        batch: of rows.
        head: of the network, where its logits are nothing but the head of its last states (`plain_head`):
            then logits exist at the places before learnt tokens alone, so many at a time, on the way back
            too, where they are computed again. Without it they exist at all places at once.
        most: logits at a time.
    """
    before = torch.zeros_like(batch.learnt)
    before[:, :-1] = batch.learnt[:, 1:]
    targets = batch.tokens[:, 1:][batch.learnt[:, 1:]]
    if not isinstance(network, HubLanguageModel):
        return cross_entropy(network(batch.tokens)[before].float(), targets, reduction="sum")
    if head is None:
        logits = network.read(batch.tokens, batch.places)
        return cross_entropy(logits[before].float(), targets, reduction="sum")
    states = network.states(batch.tokens, batch.places)[before]
    at_a_time = max(most // network.vocabulary, 1)
    total = states.new_zeros((), dtype=torch.float32)
    for some, wanted in zip(states.split(at_a_time), targets.split(at_a_time), strict=True):
        total = total + checkpoint(_summed, head, some, wanted, use_reentrant=False)
    return total


def _summed(head: nn.Module, states: Tensor, targets: Tensor) -> Tensor:
    return cross_entropy(head(states).float(), targets, reduction="sum")
