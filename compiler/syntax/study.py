"""The study: what a spec says, immutable, every part with its place."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from heldout.compiler.diagnostics import Span
from heldout.compiler.syntax.expression import Arithmetic, Expression, MapOf, Reference
from heldout.compiler.syntax.expression import Literal as LiteralValue
from heldout.compiler.syntax.prior import Prior
from heldout.compiler.syntax.tree import Node, Scalar, Value

AS_IT_STANDS = "full"  # the name of the study at no scale, where files are named by scale
LEVEL = "level"  # `${axis.level}`: what the level is called


def level_text(label: object) -> str:
    """What a level is called, as tables and messages show it: `true`, `null`, `15`, `erm`."""
    return json.dumps(label) if label is None or isinstance(label, bool) else str(label)


@dataclass(frozen=True)
class Level:
    """One level of an axis: what it is called, and the value that it stands for."""

    label: Value
    value: Expression
    span: Span

    @property
    def text(self) -> str:
        return level_text(self.label)

    def field(self, name: str) -> Expression | None:
        """A field of a structured value; None where there is none of this name."""
        entries = self.value.entries if isinstance(self.value, MapOf) else ()
        return next((value for key, _, value in entries if key == name), None)


@dataclass(frozen=True)
class Search:
    """A seeded random search: one stream of draws a hyper-parameter."""

    space: tuple[tuple[str, Prior], ...]
    seed: int
    defaults: bool  # also search what operators declare priors for
    first_at_defaults: bool = False  # of these, the first trial has their default values


AxisKind = Literal["list", "named", "count", "search", "sequence"]


@dataclass(frozen=True)
class Axis:
    name: str
    kind: AxisKind
    levels: tuple[Level, ...]
    search: Search | None
    title: str | None
    span: Span
    twin_of: str | None = None  # the axis whose levels it has

    @property
    def drawn_as(self) -> str:
        """The axis by whose name the priors in its levels are drawn: a twin has the values of its axis."""
        return self.twin_of or self.name

    @cached_property
    def may_refer(self) -> bool:
        """Whether its levels may stand for more than plain values, as those of named levels and steps do."""
        steps = self.kind == "sequence" and not all(isinstance(v.value, LiteralValue) for v in self.levels)
        return self.kind == "named" or steps

    @cached_property
    def _has_field_level(self) -> bool:
        return any(level.field(LEVEL) is not None for level in self.levels)

    def value(self, level: Level, field: str | None) -> Expression | None:
        """What `${axis}` or `${axis.field}` stands for at a level; None where it has no such field.

        `level` is the level's name, unless some level has a field that is called so.
        """
        if field is None:
            return level.value
        if field == LEVEL and not self._has_field_level:
            return LiteralValue(level.label, level.span)
        return level.field(field)

    def fields(self) -> set[str]:
        """The fields that some level has, and `level`, which every axis has but a search."""
        known = {str(key) for level in self.levels for key in getattr(level.value, "keys", tuple)()}
        return known if self.kind == "search" else known | {LEVEL}

    def labels(self) -> tuple[Value, ...]:
        return tuple(level.label for level in self.levels)

    def texts(self) -> tuple[str, ...]:
        """What the levels are called: no two of them look alike, but for those that zipped axes repeat."""
        return tuple(level.text for level in self.levels)


@dataclass(frozen=True)
class Restriction:
    """An axis and the levels of it that are meant; a level may be the level of another axis."""

    axis: str
    levels: tuple[Scalar | Reference, ...]
    span: Span


Condition = tuple[Restriction, ...]  # all of them hold


NarrowingWord = Literal["levels", "not", "first", "until", "before"]


@dataclass(frozen=True)
class Narrowing:
    """Which levels of an axis are gathered.

    Attributes:
        word: these `levels`; all but these (`not`); the `first` so many; those `until` a level, which is
            one of them, or `before` it.
        levels: which are meant, or by how many; a reference means the level, or the number, of its axis.
    """

    word: NarrowingWord
    levels: tuple[Scalar | Reference, ...]
    span: Span

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(level for level in self.levels if isinstance(level, Reference))


@dataclass(frozen=True)
class Over:
    """An axis along which a stage gathers, and which of its levels; None: all."""

    axis: str
    span: Span
    narrowing: Narrowing | None = None


@dataclass(frozen=True)
class Argument:
    name: str
    name_span: Span
    value: Expression


@dataclass(frozen=True)
class Compute:
    """What a stage computes from metrics.

    Attributes:
        metrics: each with its place and its formula.
        names: by which inputs are called in the formulas, beside those of stages and axes.
    """

    metrics: tuple[tuple[str, Span, Reference | Arithmetic], ...]
    names: tuple[Argument, ...]

    @property
    def texts(self) -> dict[str, str]:
        """The arithmetic of each metric as it is written, without the braces."""
        written = {
            name: one.bare if isinstance(one, Reference) else one.text for name, _, one in self.metrics
        }
        return {name: text.strip() for name, text in written.items()}


@dataclass(frozen=True)
class Resources:
    """What one job of a stage asks for, in Snakemake's standard resources."""

    gpu: int = 0
    gpu_mem_mb: int | None = None  # of one GPU, which jobs that ask for a share of it have in common
    threads: int = 1
    mem_mb: int = 2000
    disk_mb: int = 1000
    runtime: int = 60  # minutes
    nodes: int = 1
    processes: int = 1  # on each machine, where there are no GPUs: with these there is one a GPU
    seconds: float | None = None  # of one task, where known: sizes the shards
    stack: int | Literal["auto"] | None = None  # at most so many tasks as one program; None: never
    workers: int = 0  # processes that read examples, beside the threads that compute
    micro_batch: int | None = None  # examples at once in a network; None: the whole minibatch
    sharded: bool = False  # whether each of several processes holds a part of the model

    @property
    def processes_here(self) -> int:
        """Processes of one machine that compute a task together."""
        return max(self.gpu, self.processes)

    @property
    def cores(self) -> int:
        """That one job keeps busy, on each of its machines: `threads` and `workers` are of each process."""
        return (self.threads + self.workers) * self.processes_here

    @property
    def spread(self) -> dict[str, int | bool] | None:
        """Over how many processes each task is spread; None: over none but one."""
        if self.processes_here * self.nodes == 1:
            return None
        return {"processes": self.processes_here, "nodes": self.nodes, "gpu": self.gpu > 0}

    @property
    def of_a_task(self) -> dict[str, int | bool]:
        """What its operator is told, by name: that which is not as by default."""
        told = {
            "workers": self.workers or None,
            "micro_batch": self.micro_batch,
            "sharded": self.sharded or None,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Stage:
    name: str
    use: str
    use_span: Span
    arguments: tuple[Argument, ...]
    over: tuple[Over, ...]
    when: Condition
    oracle: tuple[Condition, ...]  # (): none; ((),): always; else in any of these
    oracle_span: Span | None
    training_rows: tuple[Condition, ...]  # where it scores rows that its model was trained on, likewise
    training_rows_span: Span | None
    search: Reference | None
    resources: Resources
    span: Span
    tolerance: float = 0.0  # by which its results may differ when they are reproduced
    compute: Compute | None = None  # in the place of `use`
    spread_span: Span | None = None  # where it asks for several processes, if it does
    sharded_span: Span | None = None  # where it asks for a part of the model in each
    hide: tuple[Scalar, ...] = ()  # columns and tensors of its inputs that the operator is not given

    @property
    def hidden(self) -> tuple[str, ...]:
        """The names of what is hidden, sorted: their order is no part of a task."""
        return tuple(sorted(str(one.value) for one in self.hide))

    @property
    def gathered(self) -> frozenset[str]:
        """The axes along which it gathers, which it does not have."""
        return frozenset(one.axis for one in self.over)

    def argument(self, name: str) -> Argument | None:
        return next((a for a in self.arguments if a.name == name), None)


ALL = "all"  # in the place of a kind: the claim is of several tests, each of which must hold


SPENDING = ("obrien-fleming", "pocock")  # how alpha is spent over looks; the first by default


@dataclass(frozen=True)
class Looks:
    """The sizes of a study at which a claim is read.

    Attributes:
        axis: whose levels are added.
        at: how many levels it has at each look, rising.
        spending: one of `SPENDING`.
    """

    axis: Scalar
    at: tuple[int, ...]
    spending: str
    span: Span


@dataclass(frozen=True)
class Claim:
    """A claim and its test.

    Attributes:
        parameters: as written; where there are parts, those that they share.
        looks: the sizes at which it is read; None where it is read once.
        parts: the tests of a claim of the kind `all`, each with the name of the claim.
    """

    name: str
    says: str
    kind: str
    kind_span: Span
    parameters: tuple[tuple[Scalar, Node], ...]
    span: Span
    parts: tuple["Claim", ...] = ()
    looks: Looks | None = None

    @property
    def tests(self) -> tuple["Claim", ...]:
        """What is tested: the claim itself, or each of its parts."""
        return self.parts or (self,)


@dataclass(frozen=True)
class Untested:
    """A claim of the paper that no run of the study decides, with the reason."""

    name: str
    says: str
    reason: str


@dataclass(frozen=True)
class Display:
    """A figure, a table or a gallery of samples: a name and its keys as written."""

    name: str
    keys: tuple[tuple[Scalar, Node], ...]
    span: Span


@dataclass(frozen=True)
class MetricFacts:
    """What a study says of one of its metrics: which values are better, and in what they are shown."""

    name: Scalar
    better: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Study:
    name: str
    title: str
    paper: tuple[tuple[str, str], ...]
    notes: str
    image: str
    image_span: Span
    operators: tuple[tuple[str, Span], ...]
    axes: tuple[Axis, ...]
    zips: tuple[tuple[tuple[str, Span], ...], ...]
    excludes: tuple[Condition, ...]
    stages: tuple[Stage, ...]
    claims: tuple[Claim, ...]
    untested: tuple[Untested, ...]
    figures: tuple[Display, ...]
    tables: tuple[Display, ...]
    samples: tuple[Display, ...]
    metrics: tuple[MetricFacts, ...]
    scale: str | None
    scales: tuple[str, ...]
    file: str
    span: Span

    @property
    def tests(self) -> tuple[Claim, ...]:
        """Every test of its claims: one of most, several of those that need several."""
        return tuple(test for claim in self.claims for test in claim.tests)

    def axis(self, name: str) -> Axis | None:
        return next((a for a in self.axes if a.name == name), None)

    def stage(self, name: str) -> Stage | None:
        return next((s for s in self.stages if s.name == name), None)
