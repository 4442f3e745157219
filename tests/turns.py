"""What is tried in turns: a part of the cases each time, all of them in as many turns as there are parts.

The turn is HELDOUT_TURN, which `.ci/run` moves on from commit to commit; without it, it is always the first
part's. What is tried is so a function of the commit: a failure comes again when it is looked for.

    python -m tests.turns 10 specs/*/*.yaml      # prints the tenth of them whose turn it is
"""

import os
import sys
from collections.abc import Sequence
from typing import TypeVar

Case = TypeVar("Case")


def in_turn(cases: Sequence[Case], parts: int) -> Sequence[Case]:
    """The cases whose turn it is: every `parts`-th, of which the first moves on by one each turn."""
    turn = int(os.environ.get("HELDOUT_TURN") or 0)
    return cases[turn % parts :: parts]


if __name__ == "__main__":
    print(*in_turn(sorted(sys.argv[2:]), int(sys.argv[1])), sep="\n")
