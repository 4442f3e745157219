"""The tables and figures of a study that declares none."""

from heldout.runtime.results.levels import AxisKind

REPLICATES: tuple[AxisKind, ...] = ("count", "search")  # their levels are runs of the same thing
