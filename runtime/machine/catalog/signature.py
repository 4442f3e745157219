"""Read a function's type hints: its input ports, its parameters and its output ports."""

import dataclasses
import inspect
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from heldout.runtime.artifacts import Artifact
from heldout.runtime.checkpoint import Checkpoint
from heldout.runtime.groups import REQUIRED, Group, group_of
from heldout.runtime.machine.catalog.port_subtypes import given, same_as_port, taken
from heldout.runtime.operator import ApartBy, ByGroup, Metrics, MetricsFrom, Role, Unlabelled, Use
from heldout.runtime.resources import Resources
from heldout.runtime.subtype import Of


@dataclass(frozen=True)
class Port:
    """An input port.

    Attributes:
        kind: the artifact's class; the bound of a TypeVar.
        gathered: a list along the stage's `over` axes.
        optional: the port may be left out.
        missing: a gathered port takes None for the members that failed.
        use: what the operator does with it.
        variable: the TypeVar, where the port takes any kind.
        takes: the subtypes that it takes; None: any.
    """

    name: str
    kind: type[Artifact]
    gathered: bool
    optional: bool
    missing: bool
    use: Use
    variable: TypeVar | None = None
    takes: Of | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter: its type without `Annotated`, what `Annotated` held, and its default."""

    name: str
    hint: Any
    notes: tuple[Any, ...]
    default: Any = REQUIRED


@dataclass(frozen=True)
class Output:
    """An output port; `same_as` names the input port whose kind it has, and `kind` is its bound.

    Attributes:
        apart_by: the parameter of which different values give rows that are apart.
        by_group: its metrics have values for parts of the data, and none for all of them.
        facts: what is said of metrics of which something is said, by their names.
        gives: the subtypes that it may be of, the first that fits.
        gives_as: the input port whose subtype it has.
    """

    name: str
    kind: type[Artifact]
    same_as: str | None
    role: Role | None
    labels: bool
    metrics: tuple[str, ...] | None
    metrics_from: str | None
    by_group: bool = False
    apart_by: str | None = None
    facts: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    gives: tuple[Of, ...] = ()
    gives_as: str | None = None


@dataclass(frozen=True)
class Signature:
    """An operator's ports and parameters.

    Attributes:
        checkpoint: the name of the parameter that is given one, if any.
        resources: likewise.
        groups: by name, the parameters that stand for the fields of a dataclass.
    """

    ports: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    named_outputs: bool  # the function returns a NamedTuple with one field an output
    checkpoint: str | None
    resources: str | None = None
    groups: Mapping[str, Group] = dataclasses.field(default_factory=dict)


def unwrap(hint: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """A hint without `Annotated` and `| None`; what `Annotated` held; whether None is allowed."""
    notes: tuple[Any, ...] = ()
    optional = False
    while True:
        if get_origin(hint) is Annotated:
            notes += hint.__metadata__
            hint = hint.__origin__
        elif get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
            optional = True
            rest = tuple(member for member in get_args(hint) if member is not type(None))
            hint = Union[rest]  # noqa: UP007 - the members are only known here
        else:
            return hint, notes, optional


def operator_signature(function: Callable[..., Any]) -> Signature:
    """Ports, parameters and outputs of an operator.

    Raises:
        ValueError: a hint that the catalog cannot express; function and parameter are named.
    """
    where = f"{function.__module__}.{function.__name__}"
    hints = _hints(function, where)
    ports: list[Port] = []
    parameters: list[Parameter] = []
    groups: dict[str, Group] = {}
    checkpoint = resources = None
    for name, parameter in inspect.signature(function).parameters.items():
        hint = _hint_of(parameter, hints, where)
        if unwrap(hint)[0] is Checkpoint:
            checkpoint = name
        elif unwrap(hint)[0] is Resources:
            resources = name
        elif (port := _port(name, hint, f"{where}, parameter {name}")) is not None:
            ports.append(port)
        elif parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise ValueError(f"{where}, parameter {name}: what is no port must be keyword-only (after `*`)")
        else:
            parameters += _parameters(parameter, hint, where)
            if (group := group_of(hint, parameter.default)) is not None:
                groups[name] = group
    _check_once(parameters, where)
    outputs, named = _outputs(hints.get("return"), ports, where)
    known = {parameter.name for parameter in parameters}
    for output in outputs:
        settings = [name for of in output.gives for name, _ in of.when]
        for told_by in (output.metrics_from, output.apart_by, *settings):
            if told_by is not None and told_by not in known:
                raise ValueError(f"{where}, output {output.name}: there is no parameter {told_by!r}")
    return Signature(tuple(ports), tuple(parameters), outputs, named, checkpoint, resources, groups)


def component_parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The keyword-only parameters of a component, those of groups one by one.

    The other parameters are supplied by its caller.

    Raises:
        ValueError: a parameter has no type hint, or two have one name; function and parameter are named.
    """
    where = f"{function.__module__}.{function.__name__}"
    own = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)
    ]
    if not own:
        return ()
    hints = _hints(function, where)
    found: list[Parameter] = []
    for parameter in own:
        found += _parameters(parameter, _hint_of(parameter, hints, where), where)
    _check_once(found, where)
    return tuple(found)


def _parameters(parameter: inspect.Parameter, hint: Any, where: str) -> Iterator[Parameter]:
    """The parameters that one of a function's stands for: itself, or a group's fields."""
    group = group_of(hint, parameter.default)
    if group is None:
        yield _parameter(parameter.name, hint, parameter.default)
        return
    try:
        fields = list(group.parameters())
    except (NameError, TypeError, ValueError) as error:
        raise ValueError(f"{where}, parameter {parameter.name}: {error}") from error
    for one in fields:
        yield _parameter(one.name, one.hint, one.default)


def _check_once(parameters: Iterable[Parameter], where: str) -> None:
    for name, times in Counter(one.name for one in parameters).items():
        if times > 1:
            raise ValueError(f"{where}, parameter {name}: it stands there {times} times")


def _hints(owner: Callable[..., Any], where: str) -> dict[str, Any]:
    try:
        return get_type_hints(owner, include_extras=True)
    except (NameError, TypeError) as error:
        raise ValueError(f"{where}: a type hint cannot be read: {error}") from error


def _hint_of(parameter: inspect.Parameter, hints: dict[str, Any], where: str) -> Any:
    if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise ValueError(f"{where}, parameter {parameter}: spell the parameters out")
    if parameter.name not in hints:
        raise ValueError(f"{where}, parameter {parameter.name}: it has no type hint")
    return hints[parameter.name]


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    bare, notes, optional = unwrap(hint)
    return Parameter(name, bare | None if optional else bare, notes, default)


def _artifact(hint: Any, where: str) -> tuple[type[Artifact], TypeVar | None] | None:
    """The kind that a bare hint stands for, and its TypeVar; None where it is no artifact."""
    if isinstance(hint, TypeVar):
        if not (isinstance(hint.__bound__, type) and issubclass(hint.__bound__, Artifact)):
            raise ValueError(f"{where}: {hint} needs a kind of artifact as its bound")
        return hint.__bound__, hint
    if isinstance(hint, type) and issubclass(hint, Artifact):
        return hint, None
    if any(isinstance(m, type) and issubclass(m, Artifact) for m in get_args(hint)):
        raise ValueError(f"{where}: a port has one kind (or a TypeVar, or list[KIND]), not {hint}")
    return None


def _port(name: str, hint: Any, where: str) -> Port | None:
    bare, notes, optional = unwrap(hint)
    gathered = get_origin(bare) is list
    member, missing = bare, False
    if gathered:
        member, more, missing = unwrap(get_args(bare)[0])
        notes += more
    found = _artifact(member, where)
    if found is None:
        return None
    use = next((note for note in notes if isinstance(note, Use)), Use.CARRIES)
    if use is Use.QUERIES and not _is_model(found[0]):
        raise ValueError(f"{where}: models are queried, and this takes a {found[0].__name__}")
    takes = taken(notes, found[0], where)
    return Port(name, found[0], gathered, optional, missing, use, found[1], takes)


def _is_model(kind: type[Artifact]) -> bool:
    from heldout.runtime.artifacts import Model  # with PyTorch, which no other signature needs

    return issubclass(kind, Model)


def _outputs(hint: Any, ports: list[Port], where: str) -> tuple[tuple[Output, ...], bool]:
    if hint is None or hint is type(None):
        raise ValueError(f"{where}: it has no return type, so it would have no output")
    bare, notes, _ = unwrap(hint)
    named = get_origin(bare) or bare
    if isinstance(named, type) and issubclass(named, tuple) and hasattr(named, "_fields"):
        fields = get_type_hints(named, include_extras=True)
        given = dict(zip(getattr(named, "__parameters__", ()), get_args(bare), strict=False))
        hints = {n: _substitute(h, given) for n, h in fields.items()}
        if notes:  # what is said of all of them holds for the first
            first = next(iter(hints))
            hints[first] = Annotated[hints[first], *notes]
        return tuple(_output(n, h, ports, where) for n, h in hints.items()), True
    return (_output(None, hint, ports, where),), False


def _substitute(hint: Any, given: dict[Any, Any]) -> Any:
    bare, notes, _ = unwrap(hint)
    bare = given.get(bare, bare) if isinstance(bare, TypeVar) else bare
    return Annotated[bare, *notes] if notes else bare


def _output(name: str | None, hint: Any, ports: list[Port], where: str) -> Output:
    bare, notes, optional = unwrap(hint)
    found = _artifact(bare, f"{where}, output {name or ''}")
    if found is None or optional:
        raise ValueError(f"{where}, output {name or ''}: it must be a kind of artifact, not {hint}")
    kind, variable = found
    same_as = None
    if variable is not None:
        same_as = next((port.name for port in ports if port.variable is variable), None)
        if same_as is None:
            raise ValueError(f"{where}, output {name or ''}: no input port has the type {variable}")
    named = [note for note in notes if isinstance(note, Metrics)]
    metrics = tuple(metric for note in named for metric in note.names) if named else None
    if metrics is not None and (twice := [one for one, times in Counter(metrics).items() if times > 1]):
        raise ValueError(f"{where}, output {name or ''}: the metric {twice[0]!r} stands there twice")
    metrics_from = next((note.parameter for note in notes if isinstance(note, MetricsFrom)), None)
    return Output(
        name=name or kind.__name__.lower(),
        kind=kind,
        same_as=same_as,
        role=next((note for note in notes if isinstance(note, Role)), None),
        labels=not any(isinstance(note, Unlabelled) for note in notes),
        metrics=metrics,
        metrics_from=metrics_from,
        apart_by=next((note.parameter for note in notes if isinstance(note, ApartBy)), None),
        by_group=any(isinstance(note, ByGroup) for note in notes),
        facts={metric: note.facts for note in named for metric in note.names if note.facts},
        gives=given(notes, kind, f"{where}, output {name or ''}"),
        gives_as=same_as_port(notes, [port.name for port in ports], f"{where}, output {name or ''}"),
    )
