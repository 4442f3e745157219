"""Environments played by policies, and logs of that."""
