import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from heldout.runtime.operators.data.hub.huggingface_graph import huggingface_graph

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NODES = {
    "word_a": [1, 0, 1],
    "word_b": [0.5, 0.0, 2.0],
    "node": [31, 7, 40],
    "label": ["theory", "theory", "genetics"],
    "neighbors": [[7, 40], [31], [40]],  # 31 - 7 is there twice, and 40 names itself
}
EDGES = {"source": [31, 40], "target": [7, 31]}


def parquet(columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def given(hub, nodes=NODES, edges=EDGES):
    files = {"nodes/0000.parquet": parquet(nodes), "edges/0000.parquet": parquet(edges), "load.py": b"1/0"}
    hub("dataset", "lab/citations", COMMIT, files)
    return {
        "repository": "lab/citations",
        "revision": COMMIT,
        "nodes": "nodes/0000.parquet",
        "id": "node",
        "label": "label",
    }


def tiny(tmp_path, hub):
    return {**given(hub), "neighbours": "neighbors"}


def both_ways(*pairs):
    return {*pairs, *((b, a) for a, b in pairs)}


@pytest.mark.parametrize("where", [{"neighbours": "neighbors"}, {"edges": "edges/0000.parquet"}])
def test_nodes_and_edges(hub, where):
    rows = {name: column for name, column in NODES.items() if name != "neighbors" or "neighbours" in where}
    graph = huggingface_graph(**given(hub, rows), **where)
    assert graph.rows["id"].to_pylist() == ["31", "7", "40"]
    assert graph.classes == ("genetics", "theory") and graph.labels.tolist() == [1, 1, 0]
    assert graph.x.tolist() == [[1.0, 0.5], [0.0, 0.0], [1.0, 2.0]]
    assert set(map(tuple, graph.edge_index.T.tolist())) == both_ways((0, 1), (0, 2))
    assert graph.edge_index.shape[1] == 4
    assert graph.notes == {"repository": "lab/citations", "revision": COMMIT}


def test_named_features_in_their_order(hub):
    graph = huggingface_graph(**given(hub), neighbours="neighbors", features=["word_b", "word_a"])
    assert graph.x[0].tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("changed", "more", "message"),
    [
        ({}, {}, "give one of `neighbours` and `edges`"),
        ({}, {"neighbours": "neighbors", "edges": "e"}, "give one of `neighbours` and `edges`"),
        ({}, {"neighbours": "friends"}, "there is no column 'friends'; there are word_a, word_b, node"),
        ({"node": [7, 7, 40]}, {"neighbours": "neighbors"}, "column 'node' names 1 nodes a second time"),
        (
            {"neighbors": [[8], [], []]},
            {"neighbours": "neighbors"},
            "1 ends of edges are no nodes, such as '8'",
        ),
        ({}, {"edges": "edges/0001.parquet"}, r"no file 'edges/0001\.parquet'"),
    ],
)
def test_what_is_no_graph(hub, changed, more, message):
    with pytest.raises(ValueError, match=message):
        huggingface_graph(**given(hub, NODES | changed), **more)
