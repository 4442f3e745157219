"""The catalog: what operators and components the runtime has, as the runtime wrote it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from heldout.compiler.refusal import Missing

ANY = "Artifact"  # the kind of a port that takes every kind, and of an output whose kind is not known

# As the runtime's `Use`, `Role` and `Prior` have them.
Use = Literal["trains", "selects", "adapts", "evaluates", "queries", "carries"]
Role = Literal["train", "select", "test"]
PriorName = Literal["uniform", "loguniform", "integers", "logintegers", "choice"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Kind(_Frozen):
    """What holds for every artifact of a kind, as its class declares it.

    Attributes:
        extends: the kinds whose ports take it too.
        hides_labels: the executor can take its labels away.
        large: an archive may leave it out, and before a run its size alone is looked at.
        heavy: what reads it is not computed again when an archive is checked.
        holds_rows: it holds rows of data, which a split may hold out.
        holds_metrics: its numbers are metrics.
        is_number: it is one number of a kind that holds metrics.
        subtypes: what may be in it, by name, with what holds for each.
    """

    summary: str = ""
    extends: tuple[str, ...] = ()
    hides_labels: bool = False
    large: bool = False
    heavy: bool = False
    holds_rows: bool = False
    holds_metrics: bool = False
    is_number: bool = False
    subtypes: dict[str, str] = {}


class Port(_Frozen):
    """An input of an operator."""

    kind: str  # the kind of artifact, or ANY
    gathered: bool = False
    optional: bool = False
    missing: bool = False  # gathered, and members that failed are given as None
    use: Use = "carries"
    needs: tuple[str, ...] = ()  # columns and tensors without which the operator cannot do
    takes: tuple[str, ...] = ()  # the subtypes that it takes; none: any
    description: str = ""


class Prior(_Frozen):
    name: PriorName
    arguments: tuple[Any, ...]


class Refers(_Frozen):
    """What a parameter of a claim names: an axis, a level or a field of one, a metric, or levels by axis."""

    to: Literal["axis", "level", "field", "metric", "row-metric", "where"]
    axis: str | None = None
    among_all: bool = False  # a level that does not keep the claim from the others of its axis, or axes


# What a parameter does in deciding a claim, whatever its name: as `heldout.runtime.claim.Part` explains it.
Part = Literal[
    "metric",
    "against",
    "pair",
    "compared",
    "cluster",
    "alpha",
    "sides",
    "missing",
    "above",
    "below",
]


class Parameter(_Frozen):
    """A parameter of an operator or component."""

    schema_: dict[str, Any] = Field(alias="schema")
    required: bool = False
    choice: str | None = None
    listed: bool = False  # of a choice: several components in order, and not one
    set: bool = False
    prior: Prior | None = None
    pinned_by: str | None = None  # the parameter that pins the content of what this one is the path of
    apart: tuple[str, ...] = ()  # parameters that name other columns than this one does
    refers: Refers | None = None
    part: Part | None = None

    @property
    def default(self) -> Any:
        return self.schema_.get("default")


class Facts(_Frozen):
    """What an operator says of a metric of its own; a study may say otherwise."""

    better: Literal["higher", "lower"] | None = None
    unit: Literal["percent"] | None = None


class Gives(_Frozen):
    """What an output is of where parameters have these values."""

    subtype: str
    when: dict[str, str | int | float | bool | None] = {}


class Output(_Frozen):
    """An output of an operator."""

    kind: str | None = None
    same_as: str | None = None  # the kind and metrics of what this port is given
    role: Role | None = None
    apart_by: str | None = None  # the parameter of which different values give rows that are apart
    labels: bool = True
    metrics: tuple[str, ...] | None = None
    metrics_from: str | None = None
    by_group: bool = False  # its metrics have values for parts of the data, and none for all of them
    facts: dict[str, Facts] = {}  # by metric, where something is said of it
    gives: tuple[Gives, ...] = ()  # its subtype: the first that fits
    gives_as: str | None = None  # its subtype is that of what this port is given
    description: str = ""


class Reach(_Frozen):
    """How far a test of a claim can reach.

    `smallest_p` is by the number of units from none up, and its last value that of all further numbers. Units
    are the levels of the axis that the parameter `over` names; for `units`, those of the cluster, or all
    observations. The test is the claim's where `when` has the values of its parameters. One that `permutes`
    puts levels in other orders; orders that only exchange levels at one place are the same. The parameter
    `base` to the power of the units is the smallest p-value of one that has it. `partial` names the
    parameters
    of an axis and of at how many of its levels the test must hold: p is times those that may fail, and one.
    """

    smallest_p: tuple[float, ...] = Field(min_length=1)
    over: str
    when: dict[str, str | list[str] | None] = {}
    permutes: bool = False
    base: str = ""
    partial: tuple[str, str] | None = None


Levels = Literal["any", "numbers", "above zero"]


class FewestLevels(_Frozen):
    """How many levels a claim needs of the axis that the parameter `of` names, and what they are."""

    of: str
    fewest: int
    when: dict[str, str | None] = {}
    are: Levels = "any"


class Refusal(_Frozen):
    """Parameters that claim nothing where they meet these schemas, what to say of them and what to write."""

    when: dict[str, dict[str, Any]]
    says: str
    write: str


class Decided(_Frozen):
    """How a claim is decided; the first reach that fits its parameters counts."""

    reaches: tuple[Reach, ...] = ()
    levels: tuple[FewestLevels, ...] = ()
    refused: tuple[Refusal, ...] = ()


class Component(_Frozen):
    summary: str = ""
    doc: str = ""
    parameters: dict[str, Parameter] = {}
    digest: str
    libraries: tuple[str, ...] = ()
    decided: Decided = Decided()
    one_process: bool = False  # what computes with it is no task of several processes

    def playing(self, part: Part) -> tuple[str, ...]:
        """The names of the parameters that play a part in deciding the claim."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.part == part)

    def referring(self, to: str) -> tuple[str, ...]:
        """The names of the parameters that name axes, levels or metrics, or restrict axes."""
        return tuple(
            name for name, p in self.parameters.items() if p.refers is not None and p.refers.to == to
        )


class Operator(_Frozen):
    summary: str = ""
    doc: str = ""
    ports: dict[str, Port] = {}
    parameters: dict[str, Parameter] = {}
    outputs: dict[str, Output]
    order: tuple[str, ...] = ()
    first: str
    network: bool = False
    distributed: bool = False  # several processes may compute a task together
    sharded: bool = False  # and each hold a part of a model
    seconds: float = 1.0
    seeded: bool = False
    checkpoint: bool = False
    resources: bool = False
    digest: str
    libraries: tuple[str, ...] = ()

    @property
    def subtypes_from(self) -> dict[str, str]:
        """The outputs that have the subtype of what an input is given, each with that input."""
        told = {name: output.gives_as or output.same_as for name, output in self.outputs.items()}
        return {name: port for name, port in told.items() if port is not None}

    @property
    def telling(self) -> tuple[str, ...]:
        """The parameters that tell tasks apart: all but the places of data whose content another one pins."""
        return tuple(name for name, parameter in self.parameters.items() if parameter.pinned_by is None)


class Catalog(_Frozen):
    heldout: int
    digest: str
    operators: dict[str, Operator]
    components: dict[str, dict[str, Component]]
    kinds: dict[str, Kind] = {}
    libraries: dict[str, str] = {}  # what operators and components take from -> its major and minor version
    aliases: dict[str, str] = {}  # former names of operators and of components (`KIND/NAME`) -> present ones

    @model_validator(mode="after")
    def _aliases_are_no_names(self) -> Self:
        names = {
            *self.operators,
            *(f"{kind}/{name}" for kind, ones in self.components.items() for name in ones),
        }
        for old, new in self.aliases.items():
            if old in names or new not in names:
                raise ValueError(f"{old} cannot be a former name of {new}")
        return self

    @model_validator(mode="after")
    def _every_kind_is_declared(self) -> Self:
        known = {ANY, *self.kinds}
        for name, operator in self.operators.items():
            taken = [port.kind for port in operator.ports.values()]
            given = [output.kind for output in operator.outputs.values() if output.kind is not None]
            if unknown := set(taken + given) - known:
                raise ValueError(f"{name} takes or gives a {min(unknown)}, a kind that is not declared")
        return self

    @property
    def content(self) -> dict[str, Any]:
        """All that it says, as the runtime wrote it: what it did not write is not put in."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    @property
    def computed_digest(self) -> str:
        """The digest of what it says, as the runtime computes it; the field `digest` may say another."""
        said = {key: value for key, value in self.content.items() if key not in ("digest", "libraries")}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def present(self, name: str) -> str:
        """The present name of what a name means, of an operator or of a component as `KIND/NAME`."""
        return self.aliases.get(name, name)

    @cached_property
    def component_names(self) -> Mapping[str, Mapping[str, str]]:
        """By kind, every name by which a study may call a component, former ones too -> its present one."""
        names = {kind: {name: name for name in components} for kind, components in self.components.items()}
        for old, new in self.aliases.items():
            kind, _, name = new.partition("/")
            if name in self.components.get(kind, {}):
                names[kind][old.partition("/")[2]] = name
        return names

    def releases(self, libraries: Iterable[str]) -> dict[str, str]:
        """The versions of libraries, as tasks' identities have them."""
        return {name: self.libraries[name] for name in sorted(libraries) if name in self.libraries}

    def kind(self, name: str) -> Kind:
        """What is known of a kind of artifact: nothing of ANY."""
        return Kind() if name == ANY else self.kinds[name]

    def is_a(self, kind: str, other: str) -> bool:
        """Whether what is of a kind is of another too."""
        return other in (ANY, kind, *self.kind(kind).extends)

    @property
    def large_kinds(self) -> frozenset[str]:
        """The kinds that an archive may leave out: all that the report says follows from the others."""
        return frozenset(name for name, kind in self.kinds.items() if kind.large)

    # Of the user's files that are in it: by file, the modules beside it that go where it goes.
    neighbours: tuple[tuple[str, ...], ...] = ()
    # The hashes of these modules where they lie now, None of those that would be read if they were there.
    rests_on: dict[str, str | None] = Field(default={}, exclude=True)

    @property
    def claims(self) -> Mapping[str, Component]:
        return self.components.get("claims", {})


class CatalogError(Missing):
    """There is no catalog to compile against, or it cannot be read."""


def catalog_path() -> Path:
    """The catalog that is shipped with the compiler: of the runtime of the same version."""
    return shipped("catalog.json")


def shipped(name: str) -> Path:
    """A file of `containers/`: beside the compiler in a wheel, above it in the repository."""
    installed = Path(__file__).parent / "containers" / name
    return installed if installed.is_file() else Path(__file__).resolve().parents[1] / "containers" / name


def load_catalog(path: Path | None = None) -> Catalog:
    """Read a catalog.

    Raises:
        CatalogError: the file is missing or is no catalog of this language version.
    """
    path = path or catalog_path()
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError as error:
        raise CatalogError(f"there is no catalog at {path}: run `heldout catalog --update`") from error
    except (ValidationError, ValueError) as error:
        raise CatalogError(f"{path} is no catalog: {error}") from error


@lru_cache(maxsize=4)
def _parsed(data: bytes) -> Catalog:
    """A catalog from its text: once a process, however many studies are compiled against it."""
    return Catalog.model_validate(json.loads(data))
