"""Subtypes: what is in the artifacts of a study, followed from stage to stage as roles are.

A stage passes on what is known, by conditions on levels of axes and never by cells. What an operator does
not say is not known, and fits everywhere.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.compiler.analysis.arrivals import Arrival, Arrivals, merged
from heldout.compiler.analysis.firewall import gathered
from heldout.compiler.analysis.grid import stage_order
from heldout.compiler.analysis.knowledge import EVERYWHERE, When, both
from heldout.compiler.analysis.narrowing import Narrowed
from heldout.compiler.analysis.reach import Reaches
from heldout.compiler.analysis.scope import Scope
from heldout.compiler.analysis.settings import UNKNOWN, Setting, settings
from heldout.compiler.catalog import Gives, Operator, Port
from heldout.compiler.syntax.study import Argument, Stage

MOST_PLACES = 200  # of what one output is said to be of; told in more, it is not known

Origin = tuple[str, str]
Holds = dict[tuple[str, Origin], frozenset[When]]  # where an output is of a subtype, and who made it so


@dataclass(frozen=True)
class Mismatch:
    """An input that would be given what it does not take, at some levels.

    Attributes:
        origin: the output that made it what it is.
        when: the levels at which it arrives; some are of axes that are gathered.
    """

    stage: Stage
    argument: Argument
    port: Port
    arrival: Arrival
    subtype: str
    origin: Origin
    when: When


class Subtypes:
    """What every output of a study is of, so far as that is known."""

    def __init__(self, scope: Scope, reaches: Reaches) -> None:
        self._scope = scope
        self._reaches = reaches
        self._arrivals = Arrivals(scope, reaches)
        self._narrowed = {
            name: {one.axis: Narrowed(scope.axes, one) for one in stage.over if one.narrowing is not None}
            for name, stage in scope.stages.items()
        }
        self._holds: dict[Origin, Holds] = {}
        self._follow()

    def mismatches(self) -> Iterator[Mismatch]:
        """Where an input would be given what it does not take, if there were a cell there."""
        for stage in self._scope.stages.values():
            for argument, port in self._scope.port_arguments(stage):
                if port.takes:
                    yield from self._wrong(stage, argument, port)

    def _wrong(self, stage: Stage, argument: Argument, port: Port) -> Iterator[Mismatch]:
        for arrival in self._arrivals.of(argument.value):
            met = list(self._met(stage, arrival))
            fits = [when for subtype, _, when in met if subtype in port.takes]
            for subtype, origin, when in met:
                # Of several things in one, such as of a list that was joined, one that fits will do.
                if subtype not in port.takes and all(both(when, other) is None for other in fits):
                    yield Mismatch(stage, argument, port, arrival, subtype, origin, when)

    def _met(self, stage: Stage, arrival: Arrival) -> Iterator[tuple[str, Origin, When]]:
        """What a stage is given by an arrival, where it gathers that at all."""
        holds = self._holds.get((arrival.output.stage, arrival.output.port), {})
        for (subtype, origin), whens in holds.items():
            for when in whens:
                moved = self._arrivals.moved(when, arrival.step)
                here = both(arrival.when, moved) if moved is not None else None
                for place in gathered(self._narrowed[stage.name], here) if here is not None else ():
                    if place is not None:
                        yield subtype, origin, place

    def _follow(self) -> None:
        """Find the least of what outputs hold."""
        scope = self._scope
        readers: dict[str, set[str]] = {name: set() for name in scope.stages}
        for name in scope.stages:
            for edge in self._reaches.stages[name].edges:
                readers[edge.stage].add(name)
        waiting, queued = deque(stage_order(self._reaches)), set(scope.stages)
        while waiting:
            name = waiting.popleft()
            queued.discard(name)
            changed = False
            for port, holds in self._outputs(scope.stages[name]):
                changed |= self._holds.get((name, port), {}) != holds
                self._holds[name, port] = holds
            fresh = readers[name] - queued if changed else set()
            waiting.extend(sorted(fresh))
            queued |= fresh

    def _outputs(self, stage: Stage) -> Iterator[tuple[str, Holds]]:
        operator = self._scope.operator(stage)
        if operator is None:
            return
        passed = operator.subtypes_from
        for name, output in operator.outputs.items():
            places: dict[tuple[str, Origin], set[When]] = {}
            if output.gives:
                for subtype, when in self._given(stage, operator, output.gives):
                    places.setdefault((subtype, (stage.name, name)), set()).add(when)
            elif name in passed and (argument := stage.argument(passed[name])) is not None:
                for arrival in self._arrivals.of(argument.value):
                    for subtype, origin, when in self._met(stage, arrival):
                        places.setdefault((subtype, origin), set()).add(self._within(stage, when))
            holds = {key: frozenset(merged(self._scope, whens)) for key, whens in places.items()}
            yield name, {key: whens for key, whens in holds.items() if len(whens) <= MOST_PLACES}

    def _given(
        self, stage: Stage, operator: Operator, gives: tuple[Gives, ...]
    ) -> Iterator[tuple[str, When]]:
        """What an operator makes, at the values of the parameters that decide it."""
        names = dict.fromkeys(name for one in gives for name in one.when)
        places: list[tuple[dict[str, Setting], When]] = [({}, EVERYWHERE)]
        for name in names:
            known = settings(self._scope, operator, stage, name)
            places = [
                (values | {name: value}, here)
                for values, when in places
                for value, other in known
                if (here := both(when, other)) is not None
            ]
        for values, when in places:
            subtype = _first_that_fits(gives, values)
            if subtype is not None:
                yield subtype, self._within(stage, when)

    def _within(self, stage: Stage, when: When) -> When:
        own = self._reaches.axes[stage.name]
        return frozenset(pair for pair in when if pair[0] in own)


def _first_that_fits(gives: tuple[Gives, ...], values: dict[str, Setting]) -> str | None:
    """The subtype that parameters decide; None where that is not known."""
    for one in gives:
        met = [values[name].equals(wanted) for name, wanted in one.when.items()]
        if False in met:
            continue
        return one.subtype if UNKNOWN not in met else None
    return None
