"""Data: sources, imports and splits, one operator a file."""
