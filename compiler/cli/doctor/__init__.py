"""`heldout doctor`: what works on this machine, and what to install."""

from heldout.compiler.cli.doctor.command import POSITION, register

__all__ = ["POSITION", "register"]
