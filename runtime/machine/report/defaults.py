"""The tables and figures of a study that declares none."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from heldout.runtime.results.levels import AxisKind
from heldout.runtime.results.plan import ReportPlan, Stage

REPLICATES: tuple[AxisKind, ...] = ("count", "search")  # their levels are runs of the same thing
