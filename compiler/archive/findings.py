"""What checking an archive finds: what holds, what differs, and what could not be checked."""

from dataclasses import dataclass
from typing import Literal

State = Literal["holds", "differs", "unchecked"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what: `checksums`, `signature`, `workflow`, `lock`, `image`, `records`, `tables`,
            `report`, `page`.
        state: how it stands.
        text: in words, with the values.
    """

    about: str
    state: State
    text: str


def holds(about: str, text: str) -> Finding:
    """Something is as it should be."""
    return Finding(about, "holds", text)


def differs(about: str, text: str) -> Finding:
    """Something is not."""
    return Finding(about, "differs", text)


def unchecked(about: str, text: str) -> Finding:
    """Something could not be looked at, or is not there."""
    return Finding(about, "unchecked", text)
