"""What failed or is missing, in groups that a reader can take in."""

import re
from typing import NamedTuple

from heldout.runtime.results.levels import level_text
from heldout.runtime.results.results import Missing, Reason, Results

TASK = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")  # `heldout lineage` finds one by its first digits

# In the order in which they are told: causes before consequences.
MEANING: dict[Reason, str] = {
    "failed": "the task ended with an error",
    "unreadable": "the store has it, and it cannot be read",
    "not finite": "the task has ended well, and the metric is NaN or infinite",
    "not run": "it was not computed yet",
    "blocked": "something that it reads failed",
}


class TroubleGroup(NamedTuple):
    """Missing cells of one stage with one cause.

    Attributes:
        cells: how many there are.
        example: the coordinates of the first.
    """

    reason: Reason
    meaning: str
    stage: str
    message: str
    cells: int
    example: str


def trouble_groups(results: Results) -> tuple[TroubleGroup, ...]:
    """Missing cells by reason, stage and message; causes before consequences.

    Blocked cells are one group a stage: what each waits for is its own message.
    """
    groups: dict[tuple[Reason, str, str], list[Missing]] = {}
    for one in results.missing:
        message = "" if one.reason == "blocked" else one.message
        groups.setdefault((one.reason, one.stage, message), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: list(MEANING).index(item[0][0]))
    return tuple(
        TroubleGroup(
            reason,
            MEANING[reason],
            stage,
            TASK.sub(r"\1…", message or members[0].message),
            len(members),
            _example(members[0]),
        )
        for (reason, stage, message), members in ordered
    )


def _example(one: Missing) -> str:
    return ", ".join(f"{axis} {level_text(level)}" for axis, level in one.coordinates.items())
