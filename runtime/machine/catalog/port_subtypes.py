"""What ports say of subtypes, held against those that there are."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from heldout.runtime.artifacts import Artifact
from heldout.runtime.artifacts.subtypes import subtypes_of
from heldout.runtime.subtype import Of, SameAs, Subtype


def taken(notes: Iterable[Any], kind: type[Artifact], where: str) -> Of | None:
    """The subtypes that an input takes; None: any.

    Raises:
        ValueError: the port says what an input cannot, or names a subtype that nobody declared.
    """
    found = [note for note in notes if isinstance(note, Of)]
    if any(isinstance(note, SameAs) for note in notes) or len(found) > 1 or any(of.when for of in found):
        raise ValueError(f"{where}: an input says once what it takes, as in `Of('images', 'features')`")
    for of in found:
        _check(of, kind, where)
    return found[0] if found else None


def given(notes: Iterable[Any], kind: type[Artifact], where: str) -> tuple[Of, ...]:
    """The subtypes that an output may be of, the first that fits.

    Raises:
        ValueError: as of an input.
    """
    found = tuple(note for note in notes if isinstance(note, Of))
    if any(len(of.subtypes) != 1 for of in found) or any(not of.when for of in found[:-1]):
        raise ValueError(f"{where}: an output is of one subtype, or of one `when` parameters say so")
    for of in found:
        _check(of, kind, where)
    return found


def same_as_port(notes: Iterable[Any], ports: Sequence[str], where: str) -> str | None:
    """The input whose subtype an output has.

    Raises:
        ValueError: there is no such input, or the output says a subtype of its own too.
    """
    port = next((note.port for note in notes if isinstance(note, SameAs)), None)
    if port is not None and port not in ports:
        raise ValueError(f"{where}: there is no input {port!r} that it could be the same as")
    if port is not None and any(isinstance(note, Of) for note in notes):
        raise ValueError(f"{where}: it is either of a subtype or the same as {port!r}")
    return port


def declared(of: Iterable[Of]) -> dict[str, str]:
    """The subtypes that ports declare themselves, by name."""
    return {one.name: one.says for each in of for one in each.subtypes if isinstance(one, Subtype)}


def _check(of: Of, kind: type[Artifact], where: str) -> None:
    known = subtypes_of(kind)
    for one in of.subtypes:
        if isinstance(one, str) and one not in known:
            close = difflib.get_close_matches(one, known, n=1)
            meant = f"did you mean {close[0]!r}? " if close else ""
            raise ValueError(
                f"{where}: no {kind.__name__} is called {one!r}: {meant}"
                f"A new one is written with what it says, `Of(Subtype({one!r}, '…'))`"
            )
        if isinstance(one, Subtype) and known.get(one.name, one.says) != one.says:
            raise ValueError(
                f"{where}: a {kind.__name__} of {one.name!r} is something else: {known[one.name]}"
            )
