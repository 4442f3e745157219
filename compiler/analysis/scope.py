"""The scope: what the names of a study mean, and which axes an expression reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from heldout.compiler.catalog import ANY, Catalog, Operator, Output, Port
from heldout.compiler.syntax.expression import At, Expression, ListOf, Literal, MapOf, Previous, Reference
from heldout.compiler.syntax.study import Argument, Axis, Stage, Study, level_text
from heldout.compiler.syntax.tree import Scalar

# What every stage has beside the outputs of its operator, by the records of its tasks.
COST = "cost"
COSTS = ("seconds", "cpu_seconds", "peak_mb", "peak_gpu_mb")
_COST_OUTPUT = Output(kind="Table", metrics=COSTS)


@dataclass(frozen=True)
class OutputOf:
    """A stage's output, or one metric of it."""

    stage: str
    port: str
    metric: str | None = None


class Scope:
    """A study and the catalog that it is compiled against, with names looked up and axes inferred."""

    def __init__(self, study: Study, catalog: Catalog) -> None:
        self.study = study
        self.catalog = catalog
        self.axes: dict[str, Axis] = {a.name: a for a in study.axes}
        self.stages: dict[str, Stage] = {s.name: s for s in study.stages}
        self.order = {name: i for i, name in enumerate(self.axes)}
        self._outputs: dict[tuple[str, str | None], OutputOf | None] = {}
        self._metrics: dict[tuple[str, str], tuple[str, ...] | None] = {}
        self._kinds: dict[tuple[str, str], str | None] = {}  # None while one is being found
        self._pending: set[tuple[str, str]] = set()
        self._alternatives: dict[tuple[str, str | None], list[Expression]] = {}
        self._steps: dict[tuple[str, ...], int] = {}

    @cached_property
    def search_axis(self) -> Axis | None:
        """The study's search axis, where it has exactly one."""
        found = [a for a in self.axes.values() if a.kind == "search"]
        return found[0] if len(found) == 1 else None

    @cached_property
    def sequence_axes(self) -> tuple[str, ...]:
        return tuple(a.name for a in self.axes.values() if a.kind == "sequence")

    def levels_left(self, axis: str) -> Sequence[int]:
        """The numbers of the levels of an axis that the study does not exclude everywhere."""
        lost = self._excluded.get(axis)
        texts = self.axes[axis].texts()
        return [n for n, text in enumerate(texts) if text not in lost] if lost else range(len(texts))

    @cached_property
    def _excluded(self) -> dict[str, set[str]]:
        """By axis, what its levels are called that are excluded whatever the levels of others."""
        lost: dict[str, set[str]] = {}
        for condition in self.study.excludes:
            if len(condition) == 1 and not any(isinstance(x, Reference) for x in condition[0].levels):
                named = {level_text(x.value) for x in condition[0].levels if isinstance(x, Scalar)}
                lost.setdefault(condition[0].axis, set()).update(named)
        return lost

    def num_steps(self, axes: tuple[str, ...]) -> int:
        """How many different steps axes have that go in step; one alone has its levels."""
        if axes not in self._steps:
            texts = [self.axes[axis].texts() for axis in axes]
            self._steps[axes] = len(set(zip(*texts, strict=True)))
        return self._steps[axes]

    def operator(self, stage: Stage) -> Operator | None:
        return self.catalog.operators.get(stage.use)

    def port_arguments(self, stage: Stage) -> list[tuple[Argument, Port]]:
        """The arguments of a stage that are inputs, with their ports."""
        operator = self.operator(stage)
        ports = operator.ports if operator is not None else {}
        return [(a, ports[a.name]) for a in stage.arguments if a.name in ports]

    def output(self, reference: Reference) -> OutputOf | None:
        """What `${stage}`, `${stage.port}` or `${stage.metric}` means; None where it means nothing."""
        key = (reference.name, reference.field)
        if key not in self._outputs:
            self._outputs[key] = self._find_output(*key)
        return self._outputs[key]

    def _find_output(self, name: str, field: str | None) -> OutputOf | None:
        stage = self.stages.get(name)
        operator = self.operator(stage) if stage is not None else None
        if operator is None:
            return None
        if field is None or field in operator.outputs:
            return OutputOf(name, field or operator.first)
        port, _, metric = field.partition(".")
        if metric and (port in operator.outputs or is_cost(self, name, port)):
            return OutputOf(name, port, metric) if self.has_metric(name, port, metric) else None
        for port in operator.order or operator.outputs:
            if self.has_metric(name, port, field):
                return OutputOf(name, port, field)
        return OutputOf(name, COST) if is_cost(self, name, field) else None

    def declared(self, stage: str, port: str) -> Output:
        operator = self.operator(self.stages[stage])
        assert operator is not None
        return _COST_OUTPUT if is_cost(self, stage, port) else operator.outputs[port]

    def costs(self, stage: str) -> tuple[str, ...]:
        """The metrics of what the tasks of a stage cost: `cost.seconds`."""
        return tuple(f"{COST}.{cost}" for cost in COSTS) if is_cost(self, stage, COST) else ()

    def kind(self, stage: str, port: str) -> str:
        """The kind of artifact of an output; ANY where it cannot be known."""
        return self._kind(stage, port) or ANY

    def _kind(self, stage: str, port: str) -> str | None:
        key = (stage, port)
        if key not in self._kinds:
            self._kinds[key] = None  # what reads itself a step earlier adds nothing to its own kind
            output = self.declared(stage, port)
            sources = self._sources(stage, output.same_as) if output.same_as else []
            kinds = [kind for s in sources if (kind := self._kind(s.stage, s.port)) is not None]
            self._kinds[key] = output.kind or (kinds[0] if len(set(kinds)) == 1 else ANY)
        return self._kinds[key]

    def holds_metrics(self, stage: str, port: str) -> bool:
        """Whether the numbers of an output are metrics."""
        return self.catalog.kind(self.kind(stage, port)).holds_metrics

    def has_metric(self, stage: str, port: str, metric: str) -> bool:
        """Whether an output has a metric of this name, or may have."""
        metrics = self.metrics(stage, port) if self.holds_metrics(stage, port) else ()
        return metrics is None or metric in metrics

    def metrics(self, stage: str, port: str) -> tuple[str, ...] | None:
        """The metrics of an output that holds some; None where any name may be one."""
        key = (stage, port)
        if key not in self._metrics:
            self._pending.add(key)
            self._metrics[key] = self._find_metrics(stage, port)
            self._pending.discard(key)
        return self._metrics[key]

    def _find_metrics(self, stage: str, port: str) -> tuple[str, ...] | None:
        output = self.declared(stage, port)
        if output.same_as is not None:
            sources = self._sources(stage, output.same_as)
            found = [self.metrics(s.stage, s.port) for s in sources if (s.stage, s.port) not in self._pending]
            if not found or any(m is None for m in found):
                return None
            common = set.intersection(*(set(m or ()) for m in found))
            return tuple(m for m in found[0] or () if m in common)
        if output.metrics_from is not None:
            return self._named_metrics(self.stages[stage], output.metrics_from)
        return output.metrics

    def facts(self, output: OutputOf) -> Mapping[str, str]:
        """What operators say of a metric: of what an output passes on, that on which all agree."""
        return self._facts(output, frozenset()) or {}

    def _facts(self, output: OutputOf, within: frozenset[OutputOf]) -> Mapping[str, str] | None:
        """The same; None where it passes on nothing but itself."""
        declared = self.declared(output.stage, output.port)
        if declared.same_as is None:
            own = declared.facts.get(output.metric or "")
            return {} if own is None else own.model_dump(exclude_none=True)
        sources = [replace(s, metric=output.metric) for s in self._sources(output.stage, declared.same_as)]
        within |= {output}
        found = [said for s in sources if s not in within and (said := self._facts(s, within)) is not None]
        return dict(set.intersection(*(set(one.items()) for one in found))) if found else None

    def _named_metrics(self, stage: Stage, parameter: str) -> tuple[str, ...] | None:
        """The metrics that a parameter names: its text, at any level, or the keys of a mapping."""
        argument, operator = stage.argument(parameter), self.operator(stage)
        if argument is not None and isinstance(argument.value, MapOf):
            return argument.value.keys()
        if argument is None:
            default = operator.parameters[parameter].default if operator is not None else None
            return (default,) if isinstance(default, str) else None
        values = self.alternatives(argument.value)
        names = [v.value for v in values if isinstance(v, Literal) and isinstance(v.value, str)]
        return tuple(dict.fromkeys(names)) if len(names) == len(values) else None

    def _sources(self, stage: str, port: str) -> list[OutputOf]:
        """The outputs that may arrive at a port."""
        argument = self.stages[stage].argument(port)
        return self.sources(argument.value) if argument is not None else []

    def sources(self, expression: Expression) -> list[OutputOf]:
        """The outputs that an expression at a port may stand for."""
        found: list[OutputOf] = []
        for part in self.alternatives(expression):
            match part:
                case Reference():
                    output = self.output(part)
                    found += [output] if output is not None else []
                case Previous(previous, initially):
                    output = self.output(previous)
                    found += [output] if output is not None else []
                    found += self.sources(initially)
                case At(source):
                    output = self.output(source)
                    found += [output] if output is not None else []
                case ListOf(items):
                    for item in items:
                        found += self.sources(item)
        return found

    def alternatives(self, expression: Expression, within: frozenset[str] = frozenset()) -> list[Expression]:
        """An expression with references to axes replaced by what their levels stand for."""
        if not isinstance(expression, Reference) or expression.name not in self.axes:
            return [expression]
        if expression.name in within:
            return []
        key = (expression.name, expression.field)
        if key not in self._alternatives:
            found: dict[int, Expression] = {}
            for level in self.axes[expression.name].levels:
                value = self.axes[expression.name].value(level, expression.field)
                if value is not None:
                    inner = self.alternatives(value, within | {expression.name})
                    found |= {id(part): part for part in inner}
            self._alternatives[key] = list(found.values())
        return self._alternatives[key]


def is_cost(scope: Scope, stage: str, port: str) -> bool:
    """Whether an output is what the tasks of a stage cost; one of its operator that is called so is not."""
    operator = scope.operator(scope.stages[stage])
    known = _COST_OUTPUT.kind in scope.catalog.kinds
    return port == COST and known and operator is not None and port not in operator.outputs
