"""Data of a user's own files."""
