"""Networks that turn a graph's nodes into embeddings: one a file.

A network is a function `(num_features, *, width, embedding, depth, …) -> nn.Module` whose module is
called as `module(x, edge_index)` and gives embeddings, [num_nodes, embedding].
"""
