"""Operators that make numbers of numbers: one a file."""
