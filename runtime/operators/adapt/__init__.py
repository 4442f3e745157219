"""Operators that adapt a model to inputs without labels: one a file."""
