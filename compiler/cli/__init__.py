"""The command line: `heldout COMMAND`."""

from compiler.cli.application import main

__all__ = ["main"]
