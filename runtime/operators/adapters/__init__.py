"""Operators that train, describe and collect adapters of a frozen model: one a file."""
