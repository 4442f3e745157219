"""`heldout image`: build, move and check the images that jobs run in."""

from heldout.compiler.cli.image.command import POSITION, register

__all__ = ["POSITION", "register"]
