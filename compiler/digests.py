"""Digests of operators and components by name, and what differs between two places that have some."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from heldout.compiler.catalog import Catalog


class Other(NamedTuple):
    """An operator or component that is wanted and is another one there.

    Attributes:
        name: `train/classifier`, `objectives/coral`.
        missing: it is not there at all.
    """

    name: str
    missing: bool


def digests_of(catalog: Catalog) -> dict[str, str]:
    """The digest of every operator and component of a catalog, by its name."""
    operators = {name: operator.digest for name, operator in catalog.operators.items()}
    return operators | dict(_components(catalog))


def _components(catalog: Catalog) -> Iterator[tuple[str, str]]:
    for kind, components in catalog.components.items():
        for name, component in components.items():
            yield f"{kind}/{name}", component.digest


def others(wanted: Mapping[str, str], there: Mapping[str, str]) -> tuple[Other, ...]:
    """What is wanted and is not there, or another one. What is there and not wanted may differ.

    Args:
        wanted: digests by name.
        there: digests by name.
    """
    return tuple(
        Other(name, name not in there) for name, digest in sorted(wanted.items()) if there.get(name) != digest
    )


def in_words(found: Sequence[Other], place: str = "here", most: int = 5) -> str:
    """Those that differ, in words.

    Args:
        found: in their order.
        place: where they are not.
        most: that are named.
    """
    words = [f"{one.name} is {f'not {place}' if one.missing else 'another version'}" for one in found[:most]]
    more = f", and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(words) + more
