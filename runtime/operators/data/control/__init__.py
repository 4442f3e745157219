"""Levels of games, and logs of policies that played them."""
