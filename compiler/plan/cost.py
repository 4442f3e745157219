"""The cost model: seconds of one task of a stage, from what a store's tasks took.

Parameters that are the same in all of a stage's cells (steps, network, batch size) tell its tasks
from others of the same operator; what an axis varies is averaged over.
"""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from heldout.compiler.plan.expand import StageExpansion

Source = Literal["learnt", "scaled", "declared", "hint"]


class Timing(NamedTuple):
    """What one task of the store took.

    Attributes:
        bytes: of its outputs.
    """

    parameters: Mapping[str, Any]
    seconds: float
    bytes: int


Timings = Mapping[str, list[Timing]]  # by operator


@dataclass(frozen=True)
class Cost:
    """Seconds of one task, and how they are known.

    Attributes:
        tasks: of the store that they were learnt from.
        by: the parameter that they were scaled by.
    """

    seconds: float
    source: Source
    tasks: int = 0
    by: str = ""

    @property
    def measured(self) -> bool:
        return self.source in ("learnt", "scaled")

    def words(self) -> str:
        """Where the seconds come from, for people."""
        tasks = f"{self.tasks:,} task{'s' if self.tasks != 1 else ''}"
        match self.source:
            case "learnt":
                return f"learnt from {tasks}"
            case "scaled":
                return f"scaled by {self.by} from {tasks}"
            case "declared":
                return "declared by the stage"
            case "hint":
                return "the operator's hint"


def timings_of(records: Iterable[Mapping[str, Any]]) -> Timings:
    """The timings among a store's records."""
    found: dict[str, list[Timing]] = {}
    for record in records:
        if "seconds" in record:
            size = sum(about["size"] for about in record["files"].values())
            timing = Timing(record["parameters"], float(record["seconds"]), size)
            found.setdefault(record["operator"], []).append(timing)
    return found


def stage_cost(expansion: StageExpansion, timings: Timings) -> Cost:
    """Seconds of one task of a stage.

    The median over the store's tasks of the same operator and the same constant parameters; where
    there are none, over tasks that differ in one number among these, when they show how the time
    grows with it; else what the stage declares, or the operator's own hint.
    """
    constants = expansion.constants()
    known = timings.get(expansion.stage.use, [])
    same = [t.seconds for t in known if differing(constants, t.parameters) == ()]
    if same:
        return Cost(_rounded(statistics.median(same)), "learnt", len(same))
    scaled = _scaled(constants, known)
    if scaled is not None:
        return scaled
    declared = expansion.stage.resources.seconds
    if declared is not None:
        return Cost(declared, "declared")
    return Cost(max(expansion.operator.seconds, 1e-6), "hint")


def differing(constants: Mapping[str, Any], parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """The constant parameters of a stage that a task has otherwise."""
    return tuple([name for name, value in constants.items() if parameters.get(name) != value])


def _scaled(constants: Mapping[str, Any], known: list[Timing]) -> Cost | None:
    """The line through the medians at the two nearest values of one number that the tasks differ in."""
    by_name: dict[str, dict[float, list[float]]] = {}
    for timing in known:
        names = differing(constants, timing.parameters)
        if len(names) == 1 and _number(constants[names[0]]) is not None:
            value = _number(timing.parameters.get(names[0]))
            if value is not None:
                by_name.setdefault(names[0], {}).setdefault(value, []).append(timing.seconds)
    for name in sorted(by_name):
        points = {value: statistics.median(seconds) for value, seconds in by_name[name].items()}
        wanted = constants[name]
        nearest = sorted(sorted(points), key=lambda value: abs(value - wanted))[:2]
        if len(nearest) == 2:
            (low, high) = sorted(nearest)
            slope = (points[high] - points[low]) / (high - low)
            seconds = points[low] + slope * (wanted - low)
            if slope > 0 and seconds > 0:
                count = sum(len(by_name[name][value]) for value in nearest)
                return Cost(_rounded(seconds), "scaled", count, name)
    return None


def _number(value: Any) -> float | None:
    """A value, where it is a number; true and false are none."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rounded(seconds: float) -> float:
    """Three digits: what is known, and what people can read."""
    return max(float(f"{seconds:.3g}"), 1e-6)
