"""The one time that an image bears: of its files, its history and its bill of materials."""

import os
from datetime import UTC, datetime

from heldout.compiler.refusal import Refusal

# 2026-11-01 00:00 UTC. Nothing moves it: the same recipe gives the same bytes.
FIXED = 1793491200


class EpochError(Refusal):
    """SOURCE_DATE_EPOCH is set and is no time."""


def source_date_epoch() -> int:
    """Seconds since 1970: SOURCE_DATE_EPOCH where it is set, else a time that never changes.

    Raises:
        EpochError: the variable is no whole number of seconds, or is before 1970 or after 2199.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not text:
        return FIXED
    if not (text.isascii() and text.isdigit() and int(text) < 7258118400):
        raise EpochError(f"SOURCE_DATE_EPOCH is `{text}`: it is to be whole seconds since 1970")
    return int(text)


def moment(epoch: int) -> datetime:
    """That time."""
    return datetime.fromtimestamp(epoch, UTC)


def iso(epoch: int) -> str:
    """That time as OCI's configuration and annotations write it."""
    return moment(epoch).strftime("%Y-%m-%dT%H:%M:%SZ")
