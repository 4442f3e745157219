"""AdaNPC: neighbours in a memory vote, and what was predicted joins the memory."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import normalize

from heldout.runtime.component import component
from heldout.runtime.components.adaptations.contract import Source, State, Step, features_of, starts_with
from heldout.runtime.components.objectives.knn import neighbour_vote
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.operator import choice, uniform

EPSILON = 1e-5  # added to each class's share of the vote, as in the authors' code


def _initial(classifier: Classifier, source: Source | None) -> State:
    if source is None:
        raise ValueError("adanpc needs `source`: the labelled data that its memory starts with")
    features = normalize(features_of(classifier, source.inputs), dim=1)
    return {"features": features, "labels": source.labels.to(features.device)}


@starts_with(_initial)
@component
def adanpc(
    classifier: Classifier,
    x: Tensor,
    state: State,
    *,
    neighbours: Annotated[int, Field(ge=1), choice(1, 5, 10, 25, 50, 100)] = 10,
    temperature: Annotated[float, Field(gt=0), choice(0.01, 0.05, 0.1, 0.25, 0.5)] = 0.1,
    margin: Annotated[float, Field(ge=0, le=1), uniform(0.0, 0.9)] = 0.0,
) -> Step:
    """A nearest-neighbour classifier whose memory drifts from the source to the stream.

    Zhang et al. 2023, "AdaNPC: Exploring Non-Parametric Classifier for Test-Time Adaptation"
    (arXiv:2304.12566), the method of its abstract, as in the authors' code
    (github.com/yfzhang114/AdaNPC, domainbed/adapt_algorithms.py): the memory holds features and
    labels of the training domains; the K features nearest by cosine similarity vote with weights
    softmax(similarity / tau); a feature whose prediction is confident enough joins the memory with
    its predicted label. No gradient is taken.
    Differs from the paper: confidence is the winner's share of the vote; the authors' code takes
    the softmax of the shares. All of a batch is predicted before any of it is remembered, as in
    that code (its batches have 32 examples). The memory starts with the training domains' rows
    that it is given and is never emptied. Without the variant that retrains batch norm.

    Args:
        neighbours: K; all of the memory where it is smaller.
        temperature: tau of the votes' weights.
        margin: the share of the vote from which an example is remembered; 0 remembers all.

    Raises:
        ValueError: there is no source data to start the memory with.
    """
    with torch.no_grad():
        features = normalize(classifier.featurizer(x), dim=1)
        num_classes = classifier.head.out_features
        shares = neighbour_vote(
            features, state["features"], state["labels"], num_classes, neighbours, temperature
        )
        confidence, predicted = shares.max(1)
        sure = confidence >= margin
        grown = {
            "features": torch.cat([state["features"], features[sure]]),
            "labels": torch.cat([state["labels"], predicted[sure]]),
        }
        return Step((shares + EPSILON).clamp(max=1).log(), grown)
