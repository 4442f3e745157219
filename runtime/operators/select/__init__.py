"""Operators that choose between candidates: one a file."""
