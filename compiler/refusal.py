"""Refusals: why something cannot be done as asked, as values that are drawn once, at the command line."""

from typing import Literal

Kind = Literal["failed", "wrong", "missing"]


class Refusal(Exception):
    """What was asked for, or what lies here, is wrong.

    Attributes:
        kind: `wrong`; or `missing` and `failed`, of the two classes below.
        message: what is wrong.
        hint: what to do.
    """

    kind: Kind = "wrong"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Missing(Refusal):
    """Something that is needed for it is to be installed, built or pulled."""

    kind: Kind = "missing"


class Failed(Refusal):
    """It was tried, and did not succeed."""

    kind: Kind = "failed"
