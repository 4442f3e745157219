"""Operators that score a model or its predictions: one a file."""
