"""Train a classifier of a graph's nodes."""

from functools import partial
from typing import Annotated, Any, NamedTuple

import torch
from pydantic import Field
from torch.nn.functional import cross_entropy

from heldout.runtime.artifacts import Graph, Model, Table
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.component import Choice
from heldout.runtime.device import compute_device
from heldout.runtime.graphs.classifier import build_node_classifier, node_classifier_model
from heldout.runtime.operator import Metrics, Use, loguniform, operator
from heldout.runtime.randomness import stable_seed
from heldout.runtime.subtype import Of
from heldout.runtime.training.fit import fit
from heldout.runtime.training.plan import Plan


class NodeTrained(NamedTuple):
    model: Annotated[Model, Of("node classifier")]
    initial: Annotated[Model, Of("node classifier")]
    curve: Annotated[Table, Metrics("loss")]


@operator(seconds=1.0)
def node_classifier(
    graph: Annotated[Graph, Use.TRAINS],
    validation: Annotated[Graph | None, Use.SELECTS] = None,
    *,
    network: Annotated[str | dict[str, Any], Choice("graph-networks")] = "gcn",
    steps: Annotated[int, Field(ge=1)] = 200,
    learning_rate: Annotated[float, Field(gt=0), loguniform(1e-3, 1e-1)] = 1e-2,
    weight_decay: Annotated[float, Field(ge=0), loguniform(1e-6, 1e-2)] = 5e-4,
    record_every: Annotated[int, Field(ge=1)] = 20,
    seed: int = 0,
) -> NodeTrained:
    """Train a classifier on the labelled nodes of one graph, all of them at every step.

    Kipf & Welling 2017, "Semi-Supervised Classification with Graph Convolutional Networks"
    (arXiv:1609.02907), section 3.1: cross-entropy of the labelled nodes, full-batch Adam.
    Differs from the paper: with `validation` the weights of the step with the highest accuracy
    on it are kept (the first of equal ones), as Zheng et al. 2024 (arXiv:2403.09953) do; without
    it, those of the last step.

    Args:
        graph: nodes without a label are seen as neighbours alone.
        validation: the graph to choose the step on, if any.
        network: a component of graph-networks.
        steps: updates of the weights.
        learning_rate: of Adam.
        weight_decay: L2 penalty, as Adam takes it.
        record_every: steps between two points of the curve.
        seed: of the initial weights and of dropout.

    Returns:
        model: the weights that were kept.
        initial: the weights before the first step.
        curve: metric `loss`, mean cross-entropy by step, nats.

    Raises:
        ValueError: no node has a label, the two graphs do not fit together, or the loss is not a
            finite number.
    """
    device = compute_device()
    known, labels = torch.from_numpy(graph.labelled).to(device), graph.labels.to(device)
    if not len(known):
        raise ValueError("no node of this graph has a label to train on")
    module = build_node_classifier(network, graph.x.shape[1], len(graph.classes), seed).to(device)
    initial = kept = node_classifier_model(module)
    x, edge_index = graph.x.to(device), graph.edge_index.to(device)
    torch.manual_seed(stable_seed(seed, "dropout"))
    best = -1.0
    module.train()

    def keep_the_best(on: Graph) -> None:
        nonlocal best, kept
        said = module.on(on).logits.argmax(1).cpu()[torch.from_numpy(on.labelled)]
        accuracy = (said == on.labels).double().mean().item()
        if accuracy > best:
            best, kept = accuracy, node_classifier_model(module)

    curve = fit(
        module,
        lambda step: cross_entropy(module(x, edge_index).logits[known], labels),
        Plan(steps, learning_rate, "adam", weight_decay=weight_decay, record_every=record_every),
        checkpoint=Checkpoint(),  # it takes seconds, and the best weights so far are in none
        after_step=None if validation is None else partial(keep_the_best, validation),
    )
    if validation is None:
        kept = node_classifier_model(module)
    return NodeTrained(kept, initial, curve)
