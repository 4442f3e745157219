"""Operators that learn from labels: one a file."""
