"""SCAN: commands of a small language to the actions that they ask for."""

import functools

import numpy as np

from heldout.runtime.component import component
from heldout.runtime.components.string_tasks.contract import Example, StringTask

PRIMITIVES = {"walk": "WALK", "look": "LOOK", "run": "RUN", "jump": "JUMP"}
TURNS = {"left": "LTURN", "right": "RTURN"}

Phrase = tuple[tuple[str, ...], tuple[str, ...]]  # the words of a command, and its actions


@component
def scan() -> StringTask:
    """Commands to actions: `jump left twice` gives `LTURN JUMP LTURN JUMP`. Its length counts the actions.

    Lake & Baroni 2018, "Generalization without Systematicity" (arXiv:1711.00350), section 2 and
    figure 6: all 20,910 commands that its grammar makes, and their actions.
    Differs from the paper: every length has the same number of rows, where a split of SCAN by
    length takes every command once.
    """
    by_length: dict[int, list[Example]] = {}
    for command, actions in commands():
        by_length.setdefault(len(actions), []).append(Example(list(command), list(actions)))
    words = dict.fromkeys(word for rows in by_length.values() for row in rows for word in row.question)
    actions = (*PRIMITIVES.values(), *TURNS.values())

    def draw(length: int, rng: np.random.Generator) -> Example:
        rows = by_length[length]
        return rows[int(rng.integers(len(rows)))]

    return StringTask((*words, *actions), draw, tuple(sorted(by_length)))


@functools.cache
def commands() -> tuple[Phrase, ...]:
    """Every command and its actions, as words."""
    sentences = [*_repeated(_verb_phrases())]
    joined = [
        ((*first, word, *second), (actions + others) if word == "and" else (others + actions))
        for first, actions in sentences
        for second, others in sentences
        for word in ("and", "after")
    ]
    return (*sentences, *joined)


def _verb_phrases() -> list[Phrase]:
    """Verbs alone and with a direction: figure 6's rules for U and D."""
    found: list[Phrase] = [((verb,), (action,)) for verb, action in PRIMITIVES.items()]
    for direction, turn in TURNS.items():
        heads: list[tuple[str, tuple[str, ...]]] = [(verb, (action,)) for verb, action in PRIMITIVES.items()]
        for verb, own in [*heads, ("turn", ())]:
            found.append(((verb, direction), (turn, *own)))
            found.append(((verb, "opposite", direction), (turn, turn, *own)))
            found.append(((verb, "around", direction), (turn, *own) * 4))
    return found


def _repeated(phrases: list[Phrase]) -> list[Phrase]:
    times: dict[tuple[str, ...], int] = {(): 1, ("twice",): 2, ("thrice",): 3}
    return [
        ((*phrase, *word), actions * count) for phrase, actions in phrases for word, count in times.items()
    ]
