"""Declare operators: a function with type hints, and nothing beside it.

An operator is what a stage of a study uses (`use: train/classifier`). Its module is
`runtime/operators/VERB/…/NAME.py` and holds one function of the same name: parameters typed with an
artifact are input ports, the return type gives the output ports, every other parameter is
keyword-only and has a JSON schema.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])

Call = Mapping[str, Any]  # all arguments of one call of an operator, by name
NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Role(StrEnum):
    """What the rows of a data output are for: written on an output port with `Annotated`."""

    TRAIN = "train"
    SELECT = "select"
    TEST = "test"


class Use(StrEnum):
    """What an operator does with an input port. The held-out firewall rests on it.

    TRAINS learns from labels, SELECTS chooses between candidates by what it reads, ADAPTS sees
    inputs without their labels (the executor strips them), EVALUATES scores, QUERIES asks a model, a
    black box whose weights it is not given and through which no gradient goes, and CARRIES
    (the default) passes on what it read: its outputs know what the input knew.
    """

    TRAINS = "trains"
    SELECTS = "selects"
    ADAPTS = "adapts"
    EVALUATES = "evaluates"
    QUERIES = "queries"
    CARRIES = "carries"


@dataclass(frozen=True)
class Metrics:
    """The metrics that a Table output holds, written on the port with `Annotated`; several add up.

    Attributes:
        names: of the metrics.
        better: which values are the better ones; None where that is not said.
        unit: `percent` of shares of one, which are then shown a hundred times as large.
    """

    names: tuple[str, ...]
    better: Literal["higher", "lower"] | None
    unit: Literal["percent"] | None

    def __init__(
        self,
        *names: str,
        better: Literal["higher", "lower"] | None = None,
        unit: Literal["percent"] | None = None,
    ) -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "better", better)
        object.__setattr__(self, "unit", unit)

    @property
    def facts(self) -> dict[str, str]:
        """What is said of each of them."""
        said = {"better": self.better, "unit": self.unit}
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class MetricsFrom:
    """The metrics of a Table output are those that this parameter names: a text, or the keys of a mapping."""

    parameter: str


@dataclass(frozen=True)
class ByGroup:
    """All rows of a Table output are of a part of the data, its `group`: no metric has one value a cell."""


@dataclass(frozen=True)
class Unlabelled:
    """The rows of a data output have no labels, written on the port; the executor sees to it."""


@dataclass(frozen=True)
class ApartBy:
    """Different values of this parameter give a data output rows of the same inputs that share none."""

    parameter: str


@dataclass(frozen=True)
class Apart:
    """A parameter that names a column which none of these other parameters may name, such as the answer."""

    others: tuple[str, ...]

    def __init__(self, *others: str) -> None:
        object.__setattr__(self, "others", others)


@dataclass(frozen=True)
class PinnedBy:
    """A parameter that says where data lie whose content another one pins: it is no part of a task.

    A study writes it as a path from the folder of its spec; the operator is given one that it can open.
    """

    parameter: str


class Prior(NamedTuple):
    """Where a searched hyper-parameter is drawn from when a study says `search: defaults`."""

    name: Literal["uniform", "loguniform", "integers", "logintegers", "choice"]  # as the language has them
    arguments: tuple[Any, ...]


def uniform(low: float, high: float) -> Prior:
    return Prior("uniform", (low, high))


def loguniform(low: float, high: float) -> Prior:
    return Prior("loguniform", (low, high))


def integers(low: int, high: int) -> Prior:
    return Prior("integers", (low, high))


def logintegers(low: int, high: int) -> Prior:
    return Prior("logintegers", (low, high))


def choice(*values: Any) -> Prior:
    return Prior("choice", values)


class Interrupted(Exception):
    """A long task was asked to stop, and has saved its checkpoint."""


@overload
def operator(function: F) -> F: ...
@overload
def operator(
    *,
    network: bool = False,
    distributed: bool = False,
    sharded: bool = False,
    seconds: float = 1.0,
    formerly: str | tuple[str, ...] = (),
    needs: Mapping[str, tuple[str, ...]] = ...,
) -> Callable[[F], F]: ...
def operator(
    function: F | None = None,
    *,
    network: bool = False,
    distributed: bool = False,
    sharded: bool = False,
    seconds: float = 1.0,
    formerly: str | tuple[str, ...] = (),
    needs: Mapping[str, tuple[str, ...]] = NOTHING,
) -> F | Callable[[F], F]:
    """Declare a function to be an operator.

    Args:
        function: the function; its verb's folder and its own name are the operator's name.
        network: the operator fetches from outside; all others run offline.
        distributed: several processes may compute one task together, one a device: each is called with the
            same arguments, and what rank 0 returns is kept. See `heldout.runtime.distributed`.
        sharded: these may each hold a part of a model, where a stage's resources say `sharded`.
        seconds: rough seconds of one task on one core, from which the plan sizes its shards
            where a stage does not say better under `resources`.
        formerly: names that it had, as `data/old-name`; studies may still write them.
        needs: by input, columns and tensors without which it cannot do whatever its parameters: a study
            that hides one (`hide: [domain]`) does not compile.
    """
    old = (formerly,) if isinstance(formerly, str) else formerly

    def declare(function: F) -> F:
        about = {
            "network": network,
            "distributed": distributed,
            "sharded": sharded,
            "seconds": seconds,
            "formerly": old,
            "needs": needs,
        }
        function.__operator__ = about  # type: ignore[attr-defined]
        return function

    return declare(function) if function is not None else declare


class Speed(NamedTuple):
    """How fast calls are computed, one after the other or as a stack.

    Attributes:
        seconds_per_step: of all the calls together.
        member_bytes: memory that one more call in the stack takes, roughly.
        steps: of a call from beginning to end; 0 where it is not known.
        once_seconds: that the timed steps took beyond that many of the fastest, in what is done
            once: of a compiled step, the compiling.
    """

    seconds_per_step: float
    member_bytes: int
    steps: int = 0
    once_seconds: float = 0.0


class NotStackable(Exception):
    """Calls that cannot be one program; the reason is the message."""


@dataclass(frozen=True)
class Stacked:
    """How an operator computes several calls at once.

    Attributes:
        run: the outputs of each call, or the exception that ended it.
        key: calls with equal keys may be stacked. One that never is has None, or raises `NotStackable`, whose
            message the job's log has.
        measure: the speed of some throwaway steps of the calls, as a stack or else of the first
            one alone; it leaves nothing behind that could change a result.
        compiles: whether `run` and `measure` also take `backend`, of `torch.compile`. They raise
            what the compiler raises; the executor then goes on without it.
    """

    run: Callable[..., Sequence[Any]]
    key: Callable[[Call], Hashable | None]
    measure: Callable[..., Speed]
    compiles: bool = False


def stacked(
    operator: Callable[..., Any],
    *,
    key: Callable[[Call], Hashable | None],
    measure: Callable[..., Speed],
    compiles: bool = False,
) -> Callable[[F], F]:
    """Declare a function to compute several calls of an operator at once; see `Stacked`.

    Results may differ from those of the operator by rounding and by nothing else. The executor
    uses it where a stage asks for `resources: {stack: auto}`, and falls back on the operator
    wherever it fails.
    """

    def declare(function: F) -> F:
        operator.__stacked__ = Stacked(function, key, measure, compiles)  # type: ignore[attr-defined]
        return function

    return declare
