"""Operators that bring something from outside, pinned: one a file."""
