"""What the catalog says of the kinds of artifact: the facts that stand on their classes."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from heldout.runtime.artifacts import Artifact, Table
from heldout.runtime.artifacts.kinds import extended_by, package_kind, package_kinds
from heldout.runtime.artifacts.subtypes import subtypes_of
from heldout.runtime.machine.catalog.documentation import documentation
from heldout.runtime.machine.catalog.port_subtypes import declared
from heldout.runtime.machine.catalog.signature import operator_signature

Json = dict[str, Any]
Function = Callable[..., Any]

FACTS = tuple(inspect.get_annotations(Artifact))
ROOM = "heldout.runtime.artifacts."


def kind_entries(operators: Iterable[Function], *, package: bool = True) -> Json:
    """Every kind that operators take or give.

    Args:
        operators: their functions.
        package: and every kind of the package.

    Raises:
        ValueError: two kinds have one name, or one has facts that do not go together.
    """
    kinds: dict[str, type[Artifact]] = dict(package_kinds()) if package else {}
    own: dict[str, dict[str, str]] = {}
    for function in operators:
        for name, subtypes in _declared_by(function):
            _add(own.setdefault(name, {}), subtypes, f"{function.__module__}.{function.__name__}")
        for kind in _kinds_of(function):
            for one in (kind, *extended_by(kind)):
                if kinds.setdefault(one.__name__, package_kind(one.__name__) or one) is not one:
                    both = f"{_place(kinds[one.__name__])} and {_place(one)}"
                    raise ValueError(
                        f"{both} would both be the kind of artifact {one.__name__!r}: rename one"
                    )
                if one.__module__.startswith("heldout.") and not one.__module__.startswith(ROOM):
                    raise ValueError(f"{_place(one)} is a kind of artifact: its place is runtime/artifacts")
    return {name: kind_entry(kind, own.get(name, {})) for name, kind in sorted(kinds.items())}


def kind_entry(kind: type[Artifact], own: Mapping[str, str] = MappingProxyType({})) -> Json:
    """What the catalog says of one kind; `own` are subtypes of it that operators declare.

    Raises:
        ValueError: it holds metrics and extends no Table, as which a report would read it.
    """
    if kind.holds_metrics and not issubclass(kind, Table):
        raise ValueError(f"{_place(kind)} holds metrics: it must extend Table, as which reports read it")
    return {
        "summary": documentation(kind).summary,
        "extends": [one.__name__ for one in extended_by(kind)],
        "hides_labels": kind.without_labels is not Artifact.without_labels,
        **{fact: getattr(kind, fact) for fact in FACTS},
        **({"subtypes": subtypes} if (subtypes := subtypes_of(kind) | dict(own)) else {}),
    }


def _kinds_of(function: Function) -> Iterator[type[Artifact]]:
    signature = operator_signature(function)
    taken, given = (port.kind for port in signature.ports), (output.kind for output in signature.outputs)
    yield from (kind for kind in (*taken, *given) if kind is not Artifact)


def _declared_by(function: Function) -> Iterator[tuple[str, dict[str, str]]]:
    """The subtypes that an operator's ports declare, each with the name of the kind."""
    signature = operator_signature(function)
    for port in signature.ports:
        yield port.kind.__name__, declared([port.takes] if port.takes is not None else [])
    for output in signature.outputs:
        yield output.kind.__name__, declared(output.gives)


def _add(known: dict[str, str], more: Mapping[str, str], where: str) -> None:
    for name, says in more.items():
        if known.setdefault(name, says) != says:
            raise ValueError(f"{where}: the subtype {name!r} is declared twice, with different words")


def _place(kind: type[Artifact]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
