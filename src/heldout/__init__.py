"""Studies of generalization, from a spec to a report with a verdict for each claim."""

from heldout.version import __version__

__all__ = ["__version__"]
