"""T3A: move the classifier's templates towards the confident test features."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import normalize, one_hot

from heldout.runtime.component import component
from heldout.runtime.components.adaptations.contract import Source, State, Step, entropy, starts_with
from heldout.runtime.models.classifier import Classifier
from heldout.runtime.operator import choice


def _initial(classifier: Classifier, _: Source | None) -> State:
    templates = classifier.head.weight.detach().clone()
    logits = classifier.head(templates).detach()
    return {"supports": templates, "labels": logits.argmax(1), "entropies": entropy(logits)}


def lowest_entropies(state: State, num_classes: int, count: int) -> State:
    """The `count` supports of each class whose entropies are lowest, the older of equal ones first."""
    order = torch.argsort(state["entropies"], stable=True)
    of_class = one_hot(state["labels"][order], num_classes)
    rank = (of_class.cumsum(0) * of_class).sum(1)  # of each support in its class, from 1
    kept = torch.sort(order[rank <= count]).values
    return {name: value[kept] for name, value in state.items()}


@starts_with(_initial)
@component
def t3a(
    classifier: Classifier,
    x: Tensor,
    state: State,
    *,
    supports: Annotated[int, Field(ge=1), choice(1, 5, 20, 50, 100)] = 100,
) -> Step:
    """Test-time template adjustment: a class is the mean of its most certain features so far.

    Iwasawa & Matsuo 2021, "Test-Time Classifier Adjustment Module for Model-Agnostic Domain
    Generalization" (NeurIPS), section 3: features join the support set of the class that the
    source classifier gives them, each set keeps those of lowest entropy, and the logits are
    products with the sets' mean directions.
    Differs from the paper: the logits are those of the authors' code, which takes the supports at
    length 1, and their sum a class at length 1 again, in place of the plain mean of supports.

    Args:
        supports: M, the supports kept for each class; the head's weight vector counts as one.
    """
    with torch.no_grad():
        features = classifier.featurizer(x)
        logits = classifier.head(features)
        added = {"supports": features, "labels": logits.argmax(1), "entropies": entropy(logits)}
        grown = {name: torch.cat([state[name], added[name]]) for name in added}
        num_classes = classifier.head.out_features
        state = lowest_entropies(grown, num_classes, supports)
        members = one_hot(state["labels"], num_classes).to(features.dtype)
        templates = normalize(normalize(state["supports"], dim=1).T @ members, dim=0)
        return Step(features @ templates, state)
