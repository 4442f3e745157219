"""Syntax: from the text of a spec to a `Study`, every value with its place."""
