"""What a study could find out: for each claim, the effect that it would detect."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from heldout.runtime.claim import UNITS, Measure, Part, RowMetricName, Sought, reach_of
from heldout.runtime.evidence.looks import LOOK
from heldout.runtime.evidence.outcome import Outcome
from heldout.runtime.lookup import find
from heldout.runtime.machine.catalog.signature import component_parameters
from heldout.runtime.machine.verdicts.rehearsal import rehearsed
from heldout.runtime.machine.verdicts.simulated_power import simulated, upper_bound
from heldout.runtime.machine.verdicts.verdicts import examine
from heldout.runtime.results.plan import ReportPlan, Stage, tests_of
from heldout.runtime.results.results import Results
from heldout.runtime.results.row_keys import along_of
from heldout.runtime.seeds import numpy_stream
from heldout.runtime.statistics.detectable import POWER

ITSELF: tuple[Measure, ...] = ("correlation", "share", "factor")  # known without a pilot, in no unit


@dataclass(frozen=True)
class ClaimPower:
    """What a claim, or one of its tests, would detect, decided as its verdict will be.

    Attributes:
        num_units: independent units that its test would have.
        alpha: its level after Holm's first step, of one side.
        measure: what the numbers are: `difference`, `gain`, `margin`, `correlation`, `share` or `factor`.
        standardized: in standard deviations of the units' means; the correlation, share or factor itself.
        effect: in the metric's unit, from the upper bound of the pilot's standard deviation; a gain as a
            share of what is just at the claim's edge.
        spread: that standard deviation; None without a pilot of two units.
        spread_bound: its upper 80 % confidence bound, for a pilot of few units is as often below as above.
        pilot_units: units that the pilot has.
        problem: why nothing would be detected; empty where something would.
        power: the probability with which it would: more than 0.8 where several tests must all hold, so that
            all of them are found with 0.8, however they depend on each other.
        part, parts: which of a claim's tests it is, from 1, and of how many; 0 of 1 where it is the claim.
    """

    id: str
    kind: str
    num_units: int
    alpha: float
    measure: Measure
    standardized: float | None
    effect: float | None
    spread: float | None
    spread_bound: float | None
    pilot_units: int
    problem: str
    power: float = POWER
    part: int = 0
    parts: int = 1

    def json(self) -> dict[str, Any]:
        return asdict(self)

    def words(self) -> str:
        """One line for a reader."""
        which = f", {self.part} of {self.parts}, found with {self.power:.0%}" if self.part else ""
        head = f"{self.id} ({self.kind}{which}, {self.num_units} units, alpha {self.alpha:.3g}): "
        if self.problem:
            return head + self.problem
        if self.measure in ITSELF:
            return f"{head}a {self.measure} of {self.standardized:.2f}"
        measured = "a margin of" if self.measure == "margin" else "a distance from the claim's edge of"
        if self.effect is None:
            return f"{head}{measured} {self.standardized:.2f} standard deviations of the units' means"
        pilot = (
            f"{self.pilot_units} units of a pilot vary by {self.spread:.3g}, "
            f"which is {self.spread_bound:.3g} at the upper 80 % bound"
        )
        of = " of the reference" if self.measure == "gain" else ""
        return (
            f"{head}{measured} {self.effect:.3g}{of} ({self.standardized:.2f} standard deviations; {pilot})"
        )


def powers(plan: ReportPlan, pilot: Results | None) -> list[ClaimPower]:
    """The power of every claim, and of each test of one that needs several.

    The units are counted by trying the claim on invented numbers; no number of them is shown.

    Args:
        plan: of the report.
        pilot: what the store has of this very plan; None where it has nothing.
    """
    found = []
    for claim in plan.claims:
        tests = tests_of([claim])
        power = 1 - (1 - POWER) / len(tests)
        for number, test in enumerate(tests, 1):
            one = claim_power(test, plan, pilot, power)
            found.append(replace(one, part=number, parts=len(tests)) if len(tests) > 1 else one)
    return found


def claim_power(
    claim: Mapping[str, Any], plan: ReportPlan, pilot: Results | None, power: float = POWER
) -> ClaimPower:
    """The power of one test, at the level that Holm's first step leaves its claim at this look."""
    claim = {**claim, LOOK: None}  # its own alpha is what is spent there
    parameters = claim["parameters"]
    function = find(f"claims/{claim['kind']}")
    of_kind = component_parameters(function)
    named = {
        note: parameter.name for parameter in of_kind for note in parameter.notes if isinstance(note, Part)
    }
    shared = 2 if parameters.get(named.get(Part.SIDES, "")) == "two" else 1
    alpha = float(parameters.get(named.get(Part.ALPHA, ""), 0.05)) / len(plan.claims) / shared
    reach = reach_of(function, parameters)
    measure = reach.measure if reach is not None else "difference"
    unknown = ""
    if any(along_of(one) for one in parameters.values() if isinstance(one, Mapping)):
        unknown = "how many steps or groups there are is known once the study has run"
    if any(isinstance(note, RowMetricName) for parameter in of_kind for note in parameter.notes):
        unknown = "how many rows there are, and how they vary, is known once the study has run"
    if unknown:
        return ClaimPower(
            claim["id"], claim["kind"], 0, alpha, measure, None, None, None, None, 0, unknown, power
        )
    tried = examine(claim, invented(claim, plan))
    known, pilot_units = None, 0
    if pilot is not None and measure not in ITSELF and (reach is None or reach.over == UNITS or reach.counts):
        dropped = {named[Part.MISSING]: "drop"} if Part.MISSING in named else {}
        seen = examine({**claim, "parameters": {**parameters, **dropped}}, pilot)
        known, pilot_units = seen.spread, seen.num_units
    known = known if known and not tried.untested else None
    bound = upper_bound(known, pilot_units) if known is not None else None
    standardized, declared = _standardized(
        claim, plan, named, tried, Sought(tried.num_units, len(tried.observations), alpha, power), shared
    )
    effect = standardized * bound if standardized is not None and bound is not None else None
    if effect is not None and measure == "gain":
        effect = math.expm1(effect)  # what is tested are logarithms
    problem = problem_of(tried.untested, declared, standardized)
    farthest = reach.farthest(parameters) if reach is not None and reach.farthest is not None else math.inf
    if effect is not None and effect > farthest:
        problem = (
            f"no effect would be found for sure: units that vary by {bound:.3g}, the upper 80 % bound of the"
            f" pilot's, need {effect:.3g} beyond the claim's edge, and there is no more than {farthest:.3g}"
        )
    return ClaimPower(
        claim["id"],
        claim["kind"],
        tried.num_units,
        alpha,
        measure,
        standardized,
        effect if effect is None or effect <= farthest else None,
        known,
        bound,
        pilot_units,
        problem,
        power,
    )


def _standardized(
    claim: Mapping[str, Any],
    plan: ReportPlan,
    named: Mapping[Part, str],
    tried: Outcome,
    sought: Sought,
    shared: int,
) -> tuple[float | None, bool]:
    """What is detected in standard deviations, simulated or else declared by the kind; whether either is."""
    if tried.untested:
        return None, True
    reach = reach_of(find(f"claims/{claim['kind']}"), claim["parameters"])
    counts = reach is not None and reach.counts
    found = None if counts else simulated(claim, plan.stages, named, sought.alpha * shared, sought.power)
    if found is not None:
        return found.standardized, True
    if reach is None or reach.detectable is None:
        return None, False
    possible = tried.smallest_p / shared <= sought.alpha
    return (reach.detectable(sought, claim["parameters"]) if possible else None), True


def problem_of(untested: str, declared: bool, standardized: float | None) -> str:
    if untested:
        return f"it cannot be tested: {untested}"
    if not declared:
        return "its kind does not say what its test would find"
    return "" if standardized is not None else "no effect would be found: too few units for so many claims"


def invented(claim: Mapping[str, Any], plan: ReportPlan) -> Results:
    """Numbers between 0.4 and 0.6 at every cell that a claim reads, each a curve of two steps.

    They fall along every axis, ever less steeply, so that whatever curve a claim fits can be told.
    """
    rng = numpy_stream(0, "rehearsal")

    def falling(stage: Stage) -> np.ndarray:
        places = np.indices(stage.shape).reshape(len(stage.shape), len(stage.cells))
        height = np.prod(1 / np.sqrt(1 + places), axis=0)[:, None]
        found: np.ndarray = 0.4 + 0.2 * height * rng.uniform(0.99, 1, (len(stage.cells), 2))
        return found

    metrics = [
        value
        for value in claim["parameters"].values()
        if isinstance(value, dict) and {"stage", "port"} <= set(value)
    ]
    return rehearsed(
        plan.stages,
        {(one["stage"], one["port"], one["metric"]): falling(plan.stages[one["stage"]]) for one in metrics},
    )


def has_pilot(results: Results) -> bool:
    """Whether the store has a result of the study's tables."""
    return any(len(table) for table in results.tables.values())
