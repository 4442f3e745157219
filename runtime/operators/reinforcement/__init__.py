"""Operators that learn to act, online or from logs, and what they share."""
