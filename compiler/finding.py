"""What the doctor found."""

from dataclasses import dataclass
from typing import Literal

# fine; absent: needed only for some things; doubtful: there, and something may go wrong with it;
# wrong: every study needs it.
State = Literal["fine", "absent", "doubtful", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: of the thing.
        state: how it is.
        found: what was seen, in words.
        hint: what to do; shown where the state is not fine.
    """

    name: str
    state: State
    found: str
    hint: str = ""
