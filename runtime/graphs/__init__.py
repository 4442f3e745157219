"""Graphs: their edges, and classifiers of their nodes."""
