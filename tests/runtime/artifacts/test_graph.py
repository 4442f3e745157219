import pyarrow as pa
import pytest
import torch

from heldout.runtime.artifacts import Graph
from heldout.runtime.machine.catalog.signature import Port
from heldout.runtime.machine.execute.inputs import as_port_takes_it
from heldout.runtime.operator import Use


@pytest.fixture
def path():
    """Four nodes in a row, a - b - c - d; nobody knows c's label."""
    rows = {"id": ["a", "b", "c", "d"], "label": pa.array([0, 1, None, 1], pa.int64())}
    return Graph(
        rows=pa.table(rows),
        x=torch.arange(4.0)[:, None],
        edge_index=torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]),
        classes=("no", "yes"),
        notes={"of": "nothing"},
    )


def test_labels_of_the_nodes_that_have_one(path):
    assert path.labelled.tolist() == [0, 1, 3]
    assert path.labels.tolist() == [0, 1, 1]


def test_the_graph_of_some_nodes_in_another_order(path):
    part = path.induced([3, 2, 0])
    assert part.rows["id"].to_pylist() == ["d", "c", "a"]
    assert part.x.flatten().tolist() == [3.0, 2.0, 0.0]
    # Of the three edges only c - d joins two of them: 1 - 0 in the new order, a is alone.
    assert part.edge_index.tolist() == [[1, 0], [0, 1]]


def test_it_is_read_as_it_was_saved(path, tmp_path):
    path.save(tmp_path)
    read = Graph.load(tmp_path)
    assert read.rows.equals(path.rows) and read.classes == path.classes and read.notes == path.notes
    assert torch.equal(read.x, path.x) and torch.equal(read.edge_index, path.edge_index)
    assert {file.name for file in tmp_path.iterdir()} == {"nodes.parquet", "graph.safetensors", "graph.json"}


def test_another_folder_is_no_graph(tmp_path):
    with pytest.raises(ValueError, match=r"holds no graph\.json"):
        Graph.load(tmp_path)


def test_adaptation_sees_no_labels(path):
    def port(use):
        return Port("graph", Graph, False, False, False, use)

    seen = as_port_takes_it(path, port(Use.ADAPTS), None)
    assert seen.rows.column_names == ["id"]
    assert torch.equal(seen.edge_index, path.edge_index)
    with pytest.raises(ValueError, match="no labels that the operator may see"):
        _ = seen.labels
    assert as_port_takes_it(path, port(Use.EVALUATES), None) is path
