"""LeBeD: how far a network goes, trained anew on what the deployed one says of a graph."""

from typing import Annotated, NamedTuple

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cosine_similarity,
    cross_entropy,
)

from heldout.runtime.artifacts import Graph, Model, Table
from heldout.runtime.device import compute_device
from heldout.runtime.graphs.classifier import NodeClassifier, restore_node_classifier
from heldout.runtime.operator import Metrics, Use, operator
from heldout.runtime.randomness import stable_seed, torch_stream
from heldout.runtime.subtype import Of


class Links(NamedTuple):
    """Pairs of nodes and whether an edge joins them.

    Attributes:
        ends: positions, [2, num_links].
        joined: 1 or 0, [num_links].
    """

    ends: Tensor
    joined: Tensor


@operator(seconds=0.4)
def lebed(
    model: Annotated[Model, Of("node classifier")],
    initial: Annotated[Model, Of("node classifier")],
    graph: Annotated[Graph, Use.ADAPTS],
    *,
    steps: Annotated[int, Field(ge=1)] = 200,
    at_least: Annotated[int, Field(ge=0)] = 5,
    margin: Annotated[float, Field(gt=0.0)] = 1e-2,
    learning_rate: Annotated[float, Field(gt=0)] = 1e-2,
    weight_decay: Annotated[float, Field(ge=0)] = 5e-4,
    seed: int = 0,
) -> Annotated[Table, Metrics("lebed", "steps", "prediction_gap", "structure_gap", "agreement")]:
    """The distance between the deployed weights and those learnt anew from an unlabelled graph.

    Zheng et al. 2024, "Online GNN Evaluation Under Test-time Graph Distribution Shifts"
    (arXiv:2403.09953), section 2: (1) the deployed network labels the nodes; (2) a network with
    the same initial weights learns these labels on the graph; (3) the score is the distance of
    the two networks' weights. Training stops when the network reconstructs the graph's structure
    as well as the deployed one, within a margin.
    Differs from the paper: the structure is judged as in the authors' code, by the cross-entropy
    of the cosine between embeddings over all edges and as many pairs without one; the rule is
    called free of parameters and has two, `at_least` and `margin`. The gap is taken before an
    update and the distance at the same weights, where the code takes the distance after it.

    Args:
        model: the deployed classifier of nodes.
        initial: the same network before its training.
        graph: to be judged on; its labels are not read, and the graph that the model was trained
            on is not needed.
        steps: updates after which training ends in any case.
        at_least: updates before training may stop.
        margin: difference of the two reconstruction losses below which it stops, nats.
        learning_rate: of Adam.
        weight_decay: L2 penalty, as Adam takes it.
        seed: of the pairs without an edge, and of dropout.

    Returns:
        lebed, the Euclidean distance of all weights; steps, updates taken; prediction_gap, mean
        cross-entropy of the deployed model's labels under the new one, nats; structure_gap, the
        difference of the reconstruction losses, nats; agreement, the share of nodes that both
        label alike. All at the end of training.

    Raises:
        ValueError: the models are no classifiers of nodes or of different networks, the graph
            does not fit them or has no edges, or the distance is not a finite number.
    """
    device = compute_device()
    deployed, learner = (restore_node_classifier(each).to(device) for each in (model, initial))
    if model.config != initial.config:
        raise ValueError(f"the initial weights are of {initial.config}, the model's of {model.config}")
    said = deployed.on(graph)
    pseudo = said.logits.argmax(1)
    links = links_of(graph, seed)
    links = Links(links.ends.to(device), links.joined.to(device))
    reference = reconstruction_loss(said.embeddings, links)
    x, edge_index = graph.x.to(device), graph.edge_index.to(device)
    optimizer = torch.optim.Adam(learner.parameters(), learning_rate, weight_decay=weight_decay, fused=True)
    torch.manual_seed(stable_seed(seed, "dropout"))
    learner.train()
    for step in range(steps + 1):
        nodes = learner(x, edge_index)
        loss = cross_entropy(nodes.logits, pseudo)
        gap = (reconstruction_loss(nodes.embeddings.detach(), links) - reference).abs().item()
        if step == steps or (step >= at_least and gap < margin):
            break
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    found = {
        "lebed": distance(deployed, learner),
        "steps": step,
        "prediction_gap": loss.item(),
        "structure_gap": gap,
        "agreement": (nodes.logits.argmax(1) == pseudo).double().mean().item(),
    }
    if not all(torch.tensor(list(found.values())).isfinite()):
        raise ValueError(f"training anew went astray: {found}")
    return Table.of(found)


def links_of(graph: Graph, seed: int) -> Links:
    """All edges of a graph and as many drawn pairs that no edge joins, none a node with itself.

    Pairs are drawn with replacement. In a graph without enough of them every second pair that is
    drawn would be an edge, so there are as many as a bounded number of draws gives.

    Raises:
        ValueError: the graph has no edges.
    """
    num_nodes, wanted = len(graph), graph.edge_index.shape[1]
    if not wanted:
        raise ValueError("the graph has no edges to reconstruct")
    drawn = torch.randint(num_nodes, (2, 4 * wanted + 64), generator=torch_stream(seed, "links"))
    code = graph.edge_index[0] * num_nodes + graph.edge_index[1]
    free = (drawn[0] != drawn[1]) & ~torch.isin(drawn[0] * num_nodes + drawn[1], code)
    apart = drawn[:, free][:, :wanted]
    joined = torch.cat([torch.ones(wanted), torch.zeros(apart.shape[1])])
    return Links(torch.cat([graph.edge_index, apart], dim=1), joined)


def reconstruction_loss(embeddings: Tensor, links: Links) -> Tensor:
    """Mean cross-entropy of whether an edge joins two nodes, by their cosine as a logit; nats, shape []."""
    logits = cosine_similarity(embeddings[links.ends[0]], embeddings[links.ends[1]], dim=-1)
    return binary_cross_entropy_with_logits(logits, links.joined)


def distance(one: NodeClassifier, other: NodeClassifier) -> float:
    """The Euclidean distance of two networks' weights."""
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return torch.stack([(a - b).detach().double().square().sum() for a, b in pairs]).sum().sqrt().item()
