"""Ways in which a graph that is tested on differs from one that was trained on: one a file.

A shift is a function `(graph, strength, rng, *, …) -> Graph`. It keeps nodes, ids and labels, draws
from `rng` alone, gives the graph as it is at strength 0, and goes as far as its parameters say at 1.
"""
