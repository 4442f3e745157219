"""What is known of held-out and of trained rows, and at which levels."""

import typing
from dataclasses import dataclass

# The levels at which something holds: on every axis that is named, at any of the levels named for it.
When = frozenset[tuple[str, str]]
EVERYWHERE: When = frozenset()

# `test` to `some-step` are labels of held-out rows; the last four are those of `training_rows`.
KnowledgeKind = typing.Literal[
    "test", "now", "passed", "some-step", "rows", "learnt", "oracle", "own", "above", "fit", "fit-above"
]


@dataclass(frozen=True)
class Knowledge:
    """Something that an artifact knows, and at which levels.

    Attributes:
        kind: `test` for the labels of held-out rows: of rows that arrive step by step `now` for those of this
            step, `passed` for those of earlier ones, `some-step` for those that had passed where they were
            learnt; `rows` for whole data that a split later holds rows out of, `learnt` for what was learnt
            from such data and holds no rows of them (a model, predictions), `oracle` for what a declared
            oracle has touched.
        origin: the stage and port that it comes from.
    """

    kind: KnowledgeKind
    origin: tuple[str, str]
    when: When = frozenset()


Knows = dict[tuple[str, str], frozenset[Knowledge]]  # by stage and port


def both(one: When, other: When) -> When | None:
    """Where two conditions hold at once; None where they never do."""
    if not one or not other:
        return one | other
    shared = {axis for axis, _ in one} & {axis for axis, _ in other}
    met = frozenset(p for p in one | other if p[0] not in shared or (p in one and p in other))
    return met if shared <= {axis for axis, _ in met} else None
