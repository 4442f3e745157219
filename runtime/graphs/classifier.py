"""A classifier of a graph's nodes: a network that embeds them and a linear head."""

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn

from heldout.runtime.artifacts import Graph, Model
from heldout.runtime.component import chosen
from heldout.runtime.graphs.encoder import GraphEncoder
from heldout.runtime.randomness import stable_seed


class Nodes(NamedTuple):
    """What a classifier says of a graph's nodes.

    Attributes:
        embeddings: [num_nodes, embedding].
        logits: [num_nodes, num_classes], nats.
    """

    embeddings: Tensor
    logits: Tensor


class NodeClassifier(nn.Module):
    """`head(encoder(x, edge_index))` for graphs with so many features a node."""

    def __init__(
        self, encoder: GraphEncoder, num_features: int, num_classes: int, network: str | dict[str, Any]
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.network = network
        self.encoder = encoder
        self.head = nn.Linear(encoder.out_channels, num_classes)

    def forward(self, x: Tensor, edge_index: Tensor) -> Nodes:
        embeddings = self.encoder(x, edge_index)
        return Nodes(embeddings, self.head(embeddings))

    if TYPE_CHECKING:  # a module's call gives what `forward` gives; torch says Any

        def __call__(self, x: Tensor, edge_index: Tensor) -> Nodes: ...

    def on(self, graph: Graph) -> Nodes:
        """What the classifier, in evaluation mode, says of a graph.

        Raises:
            ValueError: the graph's nodes have another number of features.
        """
        self.check(graph)
        device = self.head.weight.device
        was_training = self.training
        self.eval()
        with torch.no_grad():
            said = self(graph.x.to(device), graph.edge_index.to(device))
        self.train(was_training)
        return said

    def check(self, graph: Graph) -> None:
        """See that a graph fits.

        Raises:
            ValueError: its nodes have another number of features.
        """
        if graph.x.shape[1] != self.num_features:
            raise ValueError(
                f"the model takes {self.num_features} features a node, the graph has {graph.x.shape[1]}"
            )


def build_node_classifier(
    network: str | dict[str, Any], num_features: int, num_classes: int, seed: int
) -> NodeClassifier:
    """A freshly initialised classifier.

    Args:
        network: a component of `runtime/components/graph_networks`, by name or with parameters.
        num_features: of a node.
        num_classes: outputs of the head, whose weights are Glorot's and whose biases are zero.
        seed: of the stream `initialise`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stable_seed(seed, "initialise"))
        encoder: GraphEncoder = chosen("graph-networks", network)(num_features)
        module = NodeClassifier(encoder, num_features, num_classes, network)
        nn.init.xavier_uniform_(module.head.weight)
        nn.init.zeros_(module.head.bias)
    return module


def node_classifier_model(module: NodeClassifier) -> Model:
    """The artifact of a classifier: a copy of its weights, and what rebuilds it."""
    config = {
        "graph_network": module.network,
        "num_features": module.num_features,
        "num_classes": module.head.out_features,
    }
    return Model({name: value.detach().clone() for name, value in module.state_dict().items()}, config)


def restore_node_classifier(model: Model) -> NodeClassifier:
    """The classifier of an artifact.

    Raises:
        ValueError: the artifact is no classifier of nodes, or its weights do not fit its network.
    """
    if "graph_network" not in model.config:
        raise ValueError("this model is no classifier of nodes: its config names no graph_network")
    config = model.config
    module = build_node_classifier(config["graph_network"], config["num_features"], config["num_classes"], 0)
    try:
        module.load_state_dict(dict(model.weights))
    except RuntimeError as error:
        raise ValueError(f"the weights do not fit {config['graph_network']!r}: {error}") from error
    return module
