"""Why a study cannot be run in containers here."""

from typing import Literal, NoReturn


class Refusal(Exception):
    """Jobs cannot be started as asked.

    Attributes:
        kind: `missing` where something is to be installed, built or pulled, `wrong` where what is there
            is not what was compiled against.
        hint: what to do.
    """

    def __init__(self, kind: Literal["missing", "wrong"], message: str, hint: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint


def missing(message: str, hint: str) -> NoReturn:
    raise Refusal("missing", message, hint)


def wrong(message: str, hint: str) -> NoReturn:
    raise Refusal("wrong", message, hint)
