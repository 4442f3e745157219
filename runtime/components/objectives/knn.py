"""kNN: train the features so that their neighbours' votes are right."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import normalize

from heldout.runtime.component import component
from heldout.runtime.components.objectives.contract import Batch, Forward, State, Update, with_equal
from heldout.runtime.operator import choice
from heldout.runtime.training.risks import domain_risks

EPSILON = 1e-5  # added to each class's share of the vote, as in the authors' code
NO_LABEL = -1  # of an empty place of the queue


def neighbour_vote(
    features: Tensor,
    memory: Tensor,
    labels: Tensor,
    num_classes: int,
    neighbours: int,
    temperature: float | Tensor,
) -> Tensor:
    """Each class's share of the votes of the nearest rows of a memory.

    Args:
        features: [batch, num_features], of length 1.
        memory: [num_rows, num_features], of length 1, or 0 where a place is empty.
        labels: [num_rows]; `NO_LABEL` votes for no class.
        num_classes: how many there are.
        neighbours: how many rows vote, those of greatest cosine similarity.
        temperature: of the softmax over similarities that weighs the votes.

    Returns:
        [batch, num_classes], in [0, 1].
    """
    similarity = features @ memory.T
    nearest = similarity.topk(min(neighbours, len(memory)), dim=1)
    weights = (nearest.values / temperature).softmax(1)
    classes = torch.arange(num_classes, device=labels.device)
    votes = (labels[nearest.indices].unsqueeze(2) == classes).to(weights.dtype)
    return (weights.unsqueeze(2) * votes).sum(1)


@with_equal("neighbours", "queue")
@component
def knn(
    forward: Forward,
    batch: Batch,
    state: State,
    *,
    neighbours: Annotated[int, Field(ge=1), choice(10, 50, 100)] = 50,
    temperature: Annotated[float, Field(gt=0), choice(0.05, 0.1, 0.25, 0.5)] = 0.1,
    queue: Annotated[int, Field(ge=1), choice(500, 1000, 2000)] = 1000,
) -> Update:
    """The negative log share of the vote that an example's neighbours give to its label.

    Zhang et al. 2023, "AdaNPC: Exploring Non-Parametric Classifier for Test-Time Adaptation"
    (arXiv:2304.12566), the kNN loss, as in the authors' code (github.com/yfzhang114/AdaNPC, KNN in
    domainbed/algorithms.py): neighbours are sought among the features of past minibatches, kept in
    a queue without their gradients.
    Differs from the paper: the temperature is constant, where the authors' code lets it fall from 1
    to 0.1 and halves the learning rate on plateaus; the queue starts empty, and not with random
    features of the first class. A linear head is trained beside, by cross-entropy on features
    through which no gradient passes, so that the model has logits without a memory too.

    Args:
        neighbours: K, of the queue's features that vote.
        temperature: tau of the votes' weights.
        queue: features that are kept.

    Returns:
        the loss, to which the head's risk is added, shape [], nats; and the queue.
    """
    features = forward.features(batch.x)
    logits = forward.classify(features.detach())
    unit = normalize(features.flatten(0, 1), dim=1)
    labels = batch.y.flatten()
    held = state.get("features", unit.new_zeros((queue, unit.shape[1])))
    held_labels = state.get("labels", labels.new_full((queue,), NO_LABEL))
    shares = neighbour_vote(unit, held, held_labels, logits.shape[-1], neighbours, temperature)
    of_label = shares.gather(1, labels.unsqueeze(1)).squeeze(1)
    loss = -(of_label + EPSILON).clamp(max=1).log().mean()
    kept = {
        "features": torch.cat([unit.detach(), held])[:queue],
        "labels": torch.cat([labels, held_labels])[:queue],
    }
    return Update(loss + domain_risks(logits, batch.y).mean(), state=kept)
