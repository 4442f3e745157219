"""Operators that learn to act, online or from logs: one a file."""
