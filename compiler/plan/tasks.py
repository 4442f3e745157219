"""Tasks: each different one of a study has a number, and is called by the hash of all that it depends on."""

import hashlib
from collections.abc import Iterable

NO_TASK = -1  # the number at a cell that does not exist
_BYTES = 32  # of a SHA-256


class Tasks:
    """The tasks of a study, numbered in the order in which they are found.

    A study may have millions: where one is meant there are the four bytes of its number, and its identity is
    kept once, in 32 bytes.
    """

    def __init__(self) -> None:
        self._identities = bytearray()
        self._numbers: dict[bytes, int] = {}

    def numbers(self, texts: Iterable[str]) -> list[int]:
        """The numbers of the tasks that texts describe: of each that of an equal one, or a new one."""
        known, numbers = self._numbers, []
        for text in texts:
            digest = hashlib.sha256(text.encode()).digest()
            number = known.get(digest)
            if number is None:
                number = known[digest] = len(known)
                self._identities += digest
            numbers.append(number)
        return numbers

    def complete(self) -> None:
        """All are found: by which text each was found may be forgotten."""
        self._numbers = {}

    def names(self, numbers: Iterable[int]) -> list[str]:
        """What tasks of these numbers are called; NO_TASK is called nothing."""
        known = self._identities
        return [known[_BYTES * number : _BYTES * (number + 1)].hex() for number in numbers]
