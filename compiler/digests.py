"""What identifies code, by name, and what differs between two places that have some.

Of an operator or component that is its digest, of a library (`libraries/torch`) its major and minor version.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from heldout.compiler.catalog import Catalog

LIBRARIES = "libraries"


class Other(NamedTuple):
    """What is wanted and is another one there.

    Attributes:
        name: `train/classifier`, `objectives/coral`, `libraries/torch`.
        missing: it is not there at all.
    """

    name: str
    missing: bool

    @property
    def is_library(self) -> bool:
        return self.name.startswith(f"{LIBRARIES}/")


def digests_of(catalog: Catalog) -> dict[str, str]:
    """The digest of every operator and component of a catalog and the version of every library, by name."""
    operators = {name: operator.digest for name, operator in catalog.operators.items()}
    libraries = {f"{LIBRARIES}/{name}": release for name, release in catalog.libraries.items()}
    return operators | dict(_components(catalog)) | libraries


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
    names = [one.name.removeprefix(f"{LIBRARIES}/") for one in found[:most]]
    differ = [f"not {place}" if one.missing else "another version" for one in found[:most]]
    words = [f"{name} is {what}" for name, what in zip(names, differ, strict=True)]
    more = f", and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(words) + more
