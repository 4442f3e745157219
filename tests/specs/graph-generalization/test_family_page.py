"""The page's example of a score works as it says."""

import re
from pathlib import Path

from heldout.runtime.graphs.classifier import restore_node_classifier
from heldout.runtime.lookup import find, register_file
from heldout.runtime.operators.data.graphs.contextual_block_model import contextual_block_model
from heldout.runtime.operators.train.node_classifier import node_classifier

PAGE = Path(__file__).parents[3] / "docs/families/graph-generalization.md"


def test_disagreement_is_a_score(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "my_scores.py").write_text(code)
    assert register_file(tmp_path / "my_scores.py") == ["my-scores/disagreement"]
    graph = contextual_block_model(num_nodes=24, degree=3)
    model = node_classifier(graph, steps=5).model
    said = restore_node_classifier(model).on(graph).logits.argmax(1).tolist()
    apart = sum(said[first] != said[second] for first, second in graph.edge_index.T.tolist())
    assert 0 < apart < graph.edge_index.shape[1]
    found = find("my-scores/disagreement")(model, graph.without_labels())
    assert found.scalar("disagreement") == apart / graph.edge_index.shape[1]
