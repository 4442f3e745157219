"""Why a study cannot be run in containers here."""

from typing import NoReturn

from heldout.compiler.refusal import Missing, Refusal

__all__ = ["Refusal", "missing", "wrong"]


def missing(message: str, hint: str) -> NoReturn:
    """Refuse, since something is to be installed, built or pulled."""
    raise Missing(message, hint)


def wrong(message: str, hint: str) -> NoReturn:
    """Refuse, since what is there is not what was compiled against."""
    raise Refusal(message, hint)
